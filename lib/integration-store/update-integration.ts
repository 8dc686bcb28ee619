import type { Types } from 'mongoose';
import type { IntegrationDocument, IntegrationFields } from '../../schemas/integration.js';
import type { PlainObject } from '../types/json.js';
import type { IdOrDocument, PolymorphicTarget } from '../types/polymorphic.js';
import { checkFields, ownerFields } from './field-rules.js';
import { integrationId, integrationNotFound } from './integration-id.js';
import { replaceCredentials } from './replace-credentials.js';
import type { StoreDependencies } from './store-dependencies.js';
import { writeOptions } from '../durable-write.js';
import type { SessionOption } from '../types/session-option.js';

/** What is to change; what is absent stays. */
export interface UpdateIntegrationInput {
  /** 1 to 200 characters. */
  readonly name?: string;
  /** All of them: they are replaced, not merged. Tokens got by OAuth stay. */
  readonly credentials?: PlainObject;
  /** All of it: it is replaced, not merged. */
  readonly metadata?: PlainObject | null;
  /** A saved document, or its model name and id; null: nobody. */
  readonly owner?: PolymorphicTarget | null;
  /** Minutes between two syncs, 1 to 525600; null: those of the provider. */
  readonly syncIntervalMinutes?: number | null;
  /** When to sync, as a cron expression of five fields, or six with the seconds first; null: the minutes count. */
  readonly syncCron?: string | null;
  /** IANA name, for `syncCron`; null: UTC. */
  readonly syncTimeZone?: string | null;
}

const inputFields = ['name', 'credentials', 'metadata', 'owner', 'syncIntervalMinutes', 'syncCron', 'syncTimeZone'];

/**
 * Changes an integration and resolves to it as it is then. Credentials that cannot be opened stay as they are unless
 * new ones are given. A schedule that changes begins anew: with minutes at once, with a cron expression at its next
 * time. An integration whose provider is not registered can be changed too, except for what only its provider could
 * validate.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `CREDENTIALS_CONFLICT` when others kept changing the credentials,
 *   and what `createIntegration` raises for values.
 */
export async function updateIntegration(
  dependencies: StoreDependencies,
  target: IdOrDocument,
  input: UpdateIntegrationInput,
  options: SessionOption = {},
): Promise<IntegrationDocument> {
  checkFields(input, { known: inputFields });
  const _id = integrationId(target);
  if (_id === null) throw integrationNotFound(target);
  const { credentials, metadata } = await validated(dependencies, _id, input, options);
  const changes = { ...plainChanges(input), ...metadata, ...(await rescheduled(dependencies, _id, input, options)) };
  const updated =
    credentials === undefined
      ? await setFields(dependencies, _id, changes, options)
      : await replaceCredentials(dependencies, _id, { credentials, changes }, options);
  if (updated === null) throw integrationNotFound(_id);
  return updated;
}

function setFields(
  { models }: StoreDependencies,
  _id: Types.ObjectId,
  changes: Partial<IntegrationFields>,
  options: SessionOption,
): Promise<IntegrationDocument | null> {
  return models.Integration.findOneAndUpdate(
    { _id },
    { $set: changes },
    { ...writeOptions(options), returnDocument: 'after' },
  ).exec();
}

/** What the provider made of the given credentials and metadata; nothing for what was not given. */
async function validated(
  { models, registry }: StoreDependencies,
  _id: Types.ObjectId,
  { credentials, metadata }: UpdateIntegrationInput,
  { session = null }: SessionOption,
): Promise<{ credentials?: PlainObject; metadata?: Pick<IntegrationFields, 'metadata'> }> {
  if (credentials === undefined && metadata === undefined) return {};
  const found = await models.Integration.findOne({ _id }).select({ provider: 1 }).session(session).lean();
  if (found === null) throw integrationNotFound(_id);
  const provider = registry.get(found.provider);
  return {
    ...(credentials !== undefined && { credentials: provider.validateCredentials(credentials) }),
    ...(metadata !== undefined && { metadata: { metadata: provider.validateMetadata(metadata) } }),
  };
}

function plainChanges(input: UpdateIntegrationInput): Partial<IntegrationFields> {
  const { name, owner } = input;
  return {
    ...(name !== undefined && { name }),
    ...(owner !== undefined && ownerFields(owner)),
    ...schedule(input),
  };
}

function schedule({ syncIntervalMinutes, syncCron, syncTimeZone }: UpdateIntegrationInput): Partial<IntegrationFields> {
  return {
    ...(syncIntervalMinutes !== undefined && { syncIntervalMinutes }),
    ...(syncCron !== undefined && { syncCron }),
    ...(syncTimeZone !== undefined && { syncTimeZone }),
  };
}

/**
 * Leaves it to the next tick when the first sync by another schedule is due; the same schedule once more changes
 * nothing.
 */
async function rescheduled(
  { models }: StoreDependencies,
  _id: Types.ObjectId,
  input: UpdateIntegrationInput,
  { session = null }: SessionOption,
): Promise<Partial<IntegrationFields>> {
  const wanted = schedule(input);
  if (Object.keys(wanted).length === 0) return {};
  const selected = { syncIntervalMinutes: 1, syncCron: 1, syncTimeZone: 1 } as const;
  const found = await models.Integration.findOne({ _id }).select(selected).session(session).lean();
  const stored = new Map<string, unknown>(Object.entries(found ?? {}));
  const isSame = Object.entries(wanted).every(([name, value]) => (stored.get(name) ?? null) === value);
  return isSame ? {} : { nextSyncAt: null };
}
