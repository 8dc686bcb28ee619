import { Types } from 'mongoose';
import type { InstalledAs, IntegrationDocument } from '../../schemas/integration.js';
import type { PlainObject } from '../types/json.js';
import type { PolymorphicTarget } from '../types/polymorphic.js';
import { afterCommit } from '../after-commit.js';
import { checkFields, ownerFields } from './field-rules.js';
import type { StoreDependencies } from './store-dependencies.js';
import { writeOptions } from '../durable-write.js';
import type { SessionOption } from '../types/session-option.js';

/** A new integration of any provider; {@link CreateInput} knows the credentials and metadata of one. */
export interface CreateIntegrationInput {
  /** Registry key of the provider. */
  readonly provider: string;
  /** Human-readable, 1 to 200 characters. */
  readonly name: string;
  /** Fits the provider's `credentialSchema`, whose defaults are filled in; stored sealed. Default: `{}`. */
  readonly credentials?: PlainObject;
  /** Fits the provider's `metadataSchema`, whose defaults are filled in. */
  readonly metadata?: PlainObject | null;
  /** A saved document, or its model name and id; default: nobody. */
  readonly owner?: PolymorphicTarget | null;
  /** Default: true. */
  readonly isActive?: boolean;
  /** Minutes between two syncs, 1 to 525600; default: null, that of the provider. */
  readonly syncIntervalMinutes?: number | null;
  /** When to sync, as a cron expression of five fields, or six with the seconds first; goes before the minutes. */
  readonly syncCron?: string | null;
  /** IANA name, for `syncCron`; default: null, UTC. */
  readonly syncTimeZone?: string | null;
}

const inputFields = [
  'provider',
  'name',
  'credentials',
  'metadata',
  'owner',
  'isActive',
  'syncIntervalMinutes',
  'syncCron',
  'syncTimeZone',
];

/**
 * Stores a new integration and emits `integrationCreated`; in a transaction when it has been committed and the session
 * has ended.
 *
 * @param options `installedAs`: not where another one is, which the server refuses by a duplicate key.
 * @throws IntegrationError `INTEGRATION_INVALID`, `PROVIDER_UNKNOWN`, `CREDENTIALS_INVALID`, `METADATA_INVALID` or
 *   `RECORD_INVALID` (owner), naming what to correct and no value.
 */
export async function createIntegration(
  { models, registry, sealer, emit }: StoreDependencies,
  input: CreateIntegrationInput,
  { installedAs, ...options }: SessionOption & { readonly installedAs?: InstalledAs } = {},
): Promise<IntegrationDocument> {
  checkFields(input, { known: inputFields, required: ['provider', 'name'] });
  const provider = registry.get(input.provider);
  const value = provider.validateCredentials(input.credentials);
  const metadata = provider.validateMetadata(input.metadata);
  // Made here, because the ciphertext is bound to it.
  const integrationId = new Types.ObjectId();
  const { sealed, keyId } = await sealer.seal({ integrationId, field: 'credentials', value });
  const integration = new models.Integration({
    _id: integrationId,
    provider: input.provider,
    name: input.name,
    credentials: sealed,
    sealedWith: [keyId],
    metadata,
    ...ownerFields(input.owner ?? null),
    ...(installedAs !== undefined && { installedAs }),
    isActive: input.isActive ?? true,
    syncIntervalMinutes: input.syncIntervalMinutes ?? null,
    syncCron: input.syncCron ?? null,
    syncTimeZone: input.syncTimeZone ?? null,
  });
  await integration.save(writeOptions(options));
  afterCommit(
    options.session,
    async () => (await models.Integration.exists({ _id: integrationId })) !== null,
    () => {
      emit('integrationCreated', () => ({ integration }));
    },
  );
  return integration;
}
