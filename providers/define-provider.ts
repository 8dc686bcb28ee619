import type { InferSchema, InferSchemaInput, JsonSchema } from '../lib/types/json.js';
import type { FromPayload } from '../lib/types/request-builder.js';
import type { IntegrationDocument } from '../schemas/integration.js';
import type { IntegrationProvider, ProviderCapabilities } from './contracts.js';

/** What {@link defineProvider} takes: the least a provider has, and any of the optional contracts. */
export type ProviderDefinition<CredentialSchema, MetadataSchema, Credentials, Metadata> = IntegrationProvider<
  NoInfer<Credentials>,
  NoInfer<Metadata>
> &
  Partial<ProviderCapabilities<NoInfer<Credentials>, NoInfer<Metadata>>> & {
    readonly credentialSchema: CredentialSchema;
    readonly metadataSchema: MetadataSchema;
    readonly credentialDataClass?: FromPayload<Credentials>;
    readonly metadataDataClass?: FromPayload<Metadata>;
  };

/**
 * Types a provider that is a plain object: `integration` in its methods knows the credentials and the metadata, by the
 * data classes where there are any, else by the JSON Schemas, which need no `as const`. Gives back the same object;
 * registration validates it.
 *
 *     defineProvider({
 *       name: 'Acme',
 *       credentialSchema: { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] },
 *       metadataSchema: { type: 'object' },
 *       http: {
 *         baseUrl: 'https://api.acme.example',
 *         authorize: (request, { credentials }) => bearer(request, credentials.key),
 *       },
 *     });
 */
export function defineProvider<
  const CredentialSchema extends JsonSchema,
  const MetadataSchema extends JsonSchema,
  const Provider,
  Credentials = InferSchema<CredentialSchema>,
  Metadata = InferSchema<MetadataSchema>,
>(provider: Provider & ProviderDefinition<CredentialSchema, MetadataSchema, Credentials, Metadata>): Provider {
  return provider;
}

/** What `getCredentials()` gives for a provider: by its data class, else by its JSON Schema, defaults filled in. */
export type CredentialsOf<Provider> = Provider extends { readonly credentialDataClass: FromPayload<infer Data> }
  ? Data
  : InferSchema<SchemaOf<Provider, 'credentialSchema'>>;

/** What `getMetadata()` gives for a provider. */
export type MetadataOf<Provider> = Provider extends { readonly metadataDataClass: FromPayload<infer Data> }
  ? Data
  : InferSchema<SchemaOf<Provider, 'metadataSchema'>>;

/** The credentials to create an integration with: the plain object, what has a default may be absent. */
export type CredentialsInputOf<Provider> = InferSchemaInput<SchemaOf<Provider, 'credentialSchema'>>;

/** The metadata to create an integration with. */
export type MetadataInputOf<Provider> = InferSchemaInput<SchemaOf<Provider, 'metadataSchema'>>;

/** The integrations of a provider. */
export type IntegrationOf<Provider> = IntegrationDocument<CredentialsOf<Provider>, MetadataOf<Provider>>;

type SchemaOf<Provider, Name extends 'credentialSchema' | 'metadataSchema'> =
  Provider extends Readonly<Record<Name, infer Schema>> ? Schema : unknown;
