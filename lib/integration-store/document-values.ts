import type { Types } from 'mongoose';
import type { OpenedWithSecrets, SealedPlace, Sealer } from '../credentials/sealer.js';
import { IntegrationError } from '../errors.js';
import type { PlainObject } from '../types/json.js';
import type { FromPayload } from '../types/request-builder.js';
import type { StoreDependencies } from './store-dependencies.js';

/** An integration, as far as its values are read. A field that its query left out is undefined. */
export interface ReadableIntegration {
  readonly _id: Types.ObjectId;
  readonly provider: string;
  readonly credentials?: string | null;
  readonly tokens?: string | null;
  readonly metadata?: PlainObject | null;
}

/** The credentials and OAuth tokens of an integration, as its provider's code gets them, and what is secret in them. */
export interface OpenedCredentials {
  readonly credentials: PlainObject;
  /** As `knownSecrets()` gives it. */
  readonly knownSecrets: readonly string[];
}

/** Reads the values behind a document's methods. */
export interface DocumentValues {
  /** The credentials and OAuth tokens, opened; built by the provider's `credentialDataClass`, if it has one. */
  getCredentials(integration: ReadableIntegration): Promise<PlainObject>;
  /** What `getCredentials()` and `knownSecrets()` give, at once. */
  openCredentials(integration: ReadableIntegration): Promise<OpenedCredentials>;
  /** The credentials and OAuth tokens, opened, as a plain object of the caller's own. */
  credentialsArray(integration: ReadableIntegration): Promise<PlainObject>;
  /** The metadata; built by the provider's `metadataDataClass`, if it has one. Empty where nothing is stored. */
  getMetadata(integration: ReadableIntegration): PlainObject;
  /** What redaction must look for. The same list while the sealed values are the same: readers prepare for it once. */
  knownSecrets(integration: ReadableIntegration): Promise<readonly string[]>;
}

/**
 * Makes the readers. They raise `INTEGRATION_INVALID` when the document was loaded without the field, and what
 * `sealer.open` raises; an error of a provider's data class goes through as it is. An integration whose provider is not
 * registered gives plain objects.
 */
export function createDocumentValues({
  sealer,
  registry,
}: Pick<StoreDependencies, 'sealer' | 'registry'>): DocumentValues {
  const joined = createListJoiner();
  const providerOf = ({ provider }: ReadableIntegration) => registry.find(provider)?.provider;

  async function openPlain(integration: ReadableIntegration): Promise<OpenedCredentials> {
    const credentials = await openField(integration, 'credentials', sealer);
    const tokens = await openField(integration, 'tokens', sealer);
    return {
      // Apart when stored, because a strict credentialSchema knows no tokens.
      credentials: { ...credentials.value, ...tokens.value },
      knownSecrets: joined(credentials.secrets, tokens.secrets),
    };
  }

  async function openCredentials(integration: ReadableIntegration): Promise<OpenedCredentials> {
    const opened = await openPlain(integration);
    const dataClass = providerOf(integration)?.credentialDataClass;
    return { ...opened, credentials: built(dataClass, opened.credentials) };
  }

  return {
    openCredentials,
    credentialsArray: async (integration) => (await openPlain(integration)).credentials,
    getCredentials: async (integration) => (await openCredentials(integration)).credentials,
    getMetadata(integration) {
      return built(
        providerOf(integration)?.metadataDataClass,
        loaded(integration, 'metadata', integration.metadata) ?? {},
      );
    },
    async knownSecrets(integration) {
      const credentials = await fieldSecrets(integration, 'credentials', sealer);
      return joined(credentials, await fieldSecrets(integration, 'tokens', sealer));
    },
  };
}

type SealedField = SealedPlace['field'];

const noSecrets: readonly string[] = [];
const nothingSealed: OpenedWithSecrets = { value: {}, secrets: noSecrets };

async function openField(integration: ReadableIntegration, field: SealedField, sealer: Sealer) {
  const sealed = loaded(integration, field, integration[field]);
  return sealed === null ? nothingSealed : sealer.openWithSecrets({ integrationId: integration._id, field, sealed });
}

async function fieldSecrets(integration: ReadableIntegration, field: SealedField, sealer: Sealer) {
  const sealed = loaded(integration, field, integration[field]);
  return sealed === null ? noSecrets : sealer.secrets({ integrationId: integration._id, field, sealed });
}

/** Joins two lists, and gives the same list for the same two. */
function createListJoiner() {
  const joinedWith = new WeakMap<
    readonly string[],
    { readonly second: readonly string[]; readonly all: readonly string[] }
  >();
  return (first: readonly string[], second: readonly string[]): readonly string[] => {
    if (second.length === 0) return first;
    if (first.length === 0) return second;
    const known = joinedWith.get(first);
    if (known?.second === second) return known.all;
    const all = [...new Set([...first, ...second])];
    joinedWith.set(first, { second, all });
    return all;
  };
}

function loaded<Value>(integration: ReadableIntegration, field: string, value: Value | undefined): Value {
  if (value !== undefined) return value;
  const id = integration._id.toHexString();
  throw new IntegrationError(
    'INTEGRATION_INVALID',
    `Integration ${id} was loaded without its ${field}: select the field.`,
    {
      details: { path: field, integrationId: id },
    },
  );
}

/** What `from` makes is the provider's affair: its declaration gives the type, which is not known here. */
function built(dataClass: FromPayload<unknown> | undefined, plain: PlainObject): PlainObject {
  return dataClass === undefined ? plain : (dataClass.from(plain) as PlainObject);
}
