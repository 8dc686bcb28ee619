import type { Types } from 'mongoose';
import { reconcilesWrites } from '../../providers/capabilities.js';
import type { AnyProvider } from '../../providers/contracts.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { IntegrationError } from '../errors.js';
import { integrationId } from '../integration-store/integration-id.js';
import { storedIntegration } from '../integration-store/integration-document.js';
import { checkIdempotencyKey } from '../requests/call-spec.js';
import type { CallGate } from '../requests/call-gate.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { omitted, type KeptResults, type StoredResult } from './kept-results.js';
import type { LedgerRecord } from './ledger-record.js';
import type { Reconciler } from './reconciler.js';
import type { UnknownQueries } from './unknown-queries.js';
import { writeStatus, writeStatusWithResult, type WriteStatus, type WriteStatusWithResult } from './write-status.js';

export interface ListUnknownOptions {
  /** 1 to 1,000; default 100. */
  readonly limit?: number;
  /** The `id` of the last write of the page before. */
  readonly after?: Types.ObjectId | string | null;
}

/** What an operator has found out of a write. */
export type SettledOutcome = 'executed' | 'notExecuted';

export interface SettleOptions {
  /** What repetitions get as the kept result. Default: none was kept. */
  readonly result?: unknown;
}

/** What operators can ask of writes with an idempotency key, and say of them. No message holds the key. */
export interface IdempotencyService {
  /**
   * What is known of a write; null: it was never made, surely did not happen, or is forgotten.
   *
   * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `REQUEST_INVALID` for what is no key
   */
  inspect(target: IdOrDocument, key: string): Promise<WriteStatusWithResult | null>;
  /**
   * A page of the writes of which nobody knows whether they happened, of one integration or of all (null), in the order
   * in which they began. Those whose process has died are among them.
   *
   * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `OPTIONS_INVALID`
   */
  listUnknown(target?: IdOrDocument | null, options?: ListUnknownOptions): Promise<WriteStatus[]>;
  /**
   * Says what became of an unknown write: repetitions get its result (`executed`), or may make it (`notExecuted`). Make
   * sure that no request of it can be on its way any more.
   *
   * @throws IntegrationError `IDEMPOTENCY_NOT_UNKNOWN` with the `state` that it is in, `INTEGRATION_NOT_FOUND`,
   *   `REQUEST_INVALID`, `OPTIONS_INVALID` for another outcome, or a result that cannot be kept
   */
  settle(target: IdOrDocument, key: string, outcome: SettledOutcome, options?: SettleOptions): Promise<void>;
  /**
   * Has the provider find out what became of an unknown write. Still `unknown`: it cannot tell either, a request may
   * still be on its way, or another process asks it. Null: it did not happen.
   *
   * @throws IntegrationError `CAPABILITY_MISSING`, `IDEMPOTENCY_NOT_UNKNOWN`, `INTEGRATION_NOT_FOUND`,
   *   `REQUEST_INVALID`, and what the provider throws
   */
  reconcile(target: IdOrDocument, key: string): Promise<WriteStatusWithResult | null>;
  /** Makes `unknown` all writes whose process has died; the number of them. Call it now and then. */
  sweep(): Promise<number>;
}

export interface IdempotencyServiceParts {
  readonly models: Pick<IntegrationModels, 'Integration'>;
  readonly queries: UnknownQueries;
  readonly results: KeptResults;
  readonly reconcile: Reconciler;
  readonly providerOf: (key: string) => AnyProvider | null;
  readonly gate: Pick<CallGate, 'signal'>;
  readonly retentionMs: number;
}

export function createIdempotencyService(parts: IdempotencyServiceParts): IdempotencyService {
  const { models, queries, results, gate } = parts;

  const find = (target: IdOrDocument) => storedIntegration(models.Integration, target);

  /** The write as it is, an owner that has died taken for dead. */
  async function current(integration: { readonly _id: Types.ObjectId }, key: string): Promise<LedgerRecord | null> {
    const place = { integrationId: integration._id, key: checkedKey(key) };
    await queries.expire(place);
    return queries.find(place);
  }

  return {
    async inspect(target, key) {
      const record = await current(await find(target), key);
      return record === null ? null : writeStatusWithResult(results, record);
    },
    async listUnknown(target = null, { limit = 100, after = null } = {}) {
      const page = { limit: checkedLimit(limit), after: checkedAfter(after) };
      const integration = target === null ? null : await find(target);
      await queries.expire();
      return (await queries.list({ ...page, integrationId: integration?._id ?? null })).map(writeStatus);
    },
    async settle(target, key, outcome, options = {}) {
      checkOutcome(outcome);
      const record = unknownOnly(await current(await find(target), key));
      if (await settle(parts, record, outcome, options)) return;
      throw notUnknown(await queries.find({ integrationId: record.integrationId, key }));
    },
    async reconcile(target, key) {
      const integration = await find(target);
      const provider = reconcilingProvider(parts, integration.provider);
      const record = unknownOnly(await current(integration, key));
      await parts.reconcile(record, { integration, provider, data: undefined, signal: gate.signal });
      const settled = await queries.find({ integrationId: integration._id, key });
      return settled === null ? null : writeStatusWithResult(results, settled);
    },
    sweep: () => queries.expire(),
  };
}

/** False: somebody else was faster. */
async function settle(
  { queries, results, retentionMs }: IdempotencyServiceParts,
  record: LedgerRecord,
  outcome: SettledOutcome,
  options: SettleOptions,
): Promise<boolean> {
  if (outcome === 'notExecuted') return queries.discard(record._id, null);
  const kept = await givenResult(results, record, options);
  return queries.complete(record._id, { ...kept, statusCode: null }, retentionMs);
}

function reconcilingProvider({ providerOf }: IdempotencyServiceParts, key: string): AnyProvider {
  const provider = providerOf(key);
  if (provider !== null && reconcilesWrites(provider)) return provider;
  throw new IntegrationError('CAPABILITY_MISSING', `Integration provider '${key}' has no ReconcilesWrites.`, {
    details: { provider: key, capability: 'ReconcilesWrites' },
  });
}

function unknownOnly(record: LedgerRecord | null): LedgerRecord {
  if (record?.state === 'unknown') return record;
  throw notUnknown(record);
}

function notUnknown(record: LedgerRecord | null): IntegrationError {
  const state = record?.state ?? 'absent';
  return new IntegrationError('IDEMPOTENCY_NOT_UNKNOWN', `The state of the write is not unknown but ${state}.`, {
    details: { state, requestId: record?.requestId.toHexString() ?? null },
  });
}

async function givenResult(
  results: KeptResults,
  { _id }: LedgerRecord,
  { result }: SettleOptions,
): Promise<StoredResult> {
  if (result === undefined) return omitted;
  const kept = await results.seal(_id, results.encode(result));
  if (!kept.isResultOmitted) return kept;
  throw new IntegrationError('OPTIONS_INVALID', 'The result is too large to be kept, or no data.');
}

function checkedKey(key: string): string {
  const checked = checkIdempotencyKey(key);
  if (checked !== null) return checked;
  throw new IntegrationError('REQUEST_INVALID', 'An idempotency key is needed.');
}

function checkOutcome(outcome: unknown): void {
  if (outcome === 'executed' || outcome === 'notExecuted') return;
  throw new IntegrationError('OPTIONS_INVALID', 'A write is settled as executed or as notExecuted.');
}

const largestPage = 1_000;

function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= largestPage) return limit;
  throw new IntegrationError('OPTIONS_INVALID', `limit must be a whole number from 1 to ${String(largestPage)}.`);
}

function checkedAfter(after: Types.ObjectId | string | null): Types.ObjectId | null {
  const id = integrationId(after);
  if (after === null || id !== null) return id;
  throw new IntegrationError('OPTIONS_INVALID', 'after must be the id of a write.');
}
