import type { Types } from 'mongoose';
import type { IdempotencyState } from '../../schemas/integration-idempotency-key.js';
import type { KeptResults } from './kept-results.js';
import type { LedgerRecord } from './ledger-record.js';

/** A write with an idempotency key, as operators see it. */
export interface WriteStatus {
  /** For `listUnknown({ after })`. */
  readonly id: Types.ObjectId;
  readonly integrationId: Types.ObjectId;
  readonly idempotencyKey: string;
  readonly state: IdempotencyState;
  /** The logged request of the call, where it came to one. */
  readonly requestId: Types.ObjectId;
  /** Without its query. */
  readonly endpoint: string;
  readonly method: string;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
  readonly unknownSince: Date | null;
  /** Why nobody knows: `lease_expired` (its process has died or lost the database), or the failure class. */
  readonly unknownReason: string | null;
  /** Of the answer, where there was one. */
  readonly statusCode: number | null;
}

/** A write, and what is kept of its answer. */
export interface WriteStatusWithResult extends WriteStatus {
  /** Undefined: there is none, it was not kept, or its encryption key is gone. */
  readonly result: unknown;
  /** There was one, and it was not kept: too large, or no data. */
  readonly isResultOmitted: boolean;
}

export function writeStatus(record: LedgerRecord): WriteStatus {
  const { _id, integrationId, key, state, requestId, endpoint, method } = record;
  const { createdAt, completedAt, unknownSince, unknownReason, statusCode } = record;
  const when = { createdAt, completedAt, unknownSince, unknownReason, statusCode };
  return { id: _id, integrationId, idempotencyKey: key, state, requestId, endpoint, method, ...when };
}

export async function writeStatusWithResult(
  results: KeptResults,
  record: LedgerRecord,
): Promise<WriteStatusWithResult> {
  const kept = await results.open(record).catch(() => null);
  return { ...writeStatus(record), result: kept?.value, isResultOmitted: record.isResultOmitted };
}
