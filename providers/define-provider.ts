import type { InferSchema, InferSchemaInput, JsonSchema, PlainObject } from '../lib/types/json.js';
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
 * Types a provider: `integration` in its methods knows the credentials and the metadata, by the data classes where
 * there are any, else by the JSON Schemas, which need no `as const`. Gives back the same object; registration validates
 * it. An instance of a class may be given too: its schemas must be declared `as const`.
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
>(
  provider: Provider & ProviderDefinition<CredentialSchema, MetadataSchema, Credentials, Metadata>,
): Provider &
  KnownTypes<{
    credentials: Credentials;
    credentialsInput: InferSchemaInput<CredentialSchema>;
    metadata: Metadata;
    metadataInput: InferSchemaInput<MetadataSchema>;
  }> {
  return provider;
}

declare const types: unique symbol;

/**
 * Carries the types of a provider, at compile time only. Worked out once, where the provider is defined: to infer them
 * anew from JSON Schemas wherever providers are compared is more than the compiler can do.
 */
export interface KnownTypes<Types> {
  readonly [types]?: Types;
}

type TypeOf<Provider, Name extends string> =
  Provider extends KnownTypes<infer Types>
    ? Types extends Readonly<Record<Name, infer Type>>
      ? Type
      : PlainObject
    : PlainObject;

/**
 * What `getCredentials()` gives for a provider made by {@link defineProvider}: by its data class, else by its JSON
 * Schema, defaults filled in. A plain object for other providers.
 */
export type CredentialsOf<Provider> = TypeOf<Provider, 'credentials'>;

/** What `getMetadata()` gives for a provider; see {@link CredentialsOf}. */
export type MetadataOf<Provider> = TypeOf<Provider, 'metadata'>;

/** The credentials to create an integration with: the plain object, what has a default may be absent. */
export type CredentialsInputOf<Provider> = TypeOf<Provider, 'credentialsInput'>;

/** The metadata to create an integration with. */
export type MetadataInputOf<Provider> = TypeOf<Provider, 'metadataInput'>;

/** The integrations of a provider. */
export type IntegrationOf<Provider> = IntegrationDocument<CredentialsOf<Provider>, MetadataOf<Provider>>;
