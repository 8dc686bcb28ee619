import { setTimeout as sleep } from 'node:timers/promises';
import { IdempotencyConflictError, IntegrationError } from '../errors.js';
import type { Fingerprints } from '../fingerprint/fingerprints.js';
import type { Call } from '../requests/call.js';
import { parsePayload } from '../requests/parse-payload.js';
import type { LoggerLike } from '../types/logger.js';
import { unlessAborted } from '../unless-aborted.js';
import { reasonOf } from './database-unavailable.js';
import type { KeptResults } from './kept-results.js';
import type { LedgerRecord } from './ledger-record.js';
import type { Reconciler } from './reconciler.js';
import type { LedgerPlace, UnknownQueries } from './unknown-queries.js';
import { isSameWrite } from './write-content.js';

export interface RepetitionsParts {
  readonly queries: UnknownQueries;
  readonly results: KeptResults;
  readonly reconcile: Reconciler;
  readonly fingerprints: Fingerprints;
  readonly logger: LoggerLike;
}

/** What an earlier call brought. */
export interface KeptValue {
  readonly value: unknown;
}

/** What a repetition comes to: the kept value, or another look at the key, which may be free now. */
export type Repetition = KeptValue | 'lookAgain';

/**
 * Deals with a call whose key belongs to an earlier one.
 *
 * @throws IntegrationError `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_CONFLICT`, `SCHEMA_DRIFT` where the kept result does
 *   not fit the schema of the call, and the reason of the signal
 */
export type Repetitions = (call: Call, record: LedgerRecord, signal: AbortSignal) => Promise<Repetition>;

const firstPollMs = 20;
const longestPollMs = 200;

export function createRepetitions(parts: RepetitionsParts): Repetitions {
  const { queries, results, reconcile, fingerprints, logger } = parts;

  async function conflict(record: LedgerRecord): Promise<IdempotencyConflictError> {
    // That its result cannot be opened changes nothing about the write.
    const kept = await results.open(record).catch((error: unknown) => {
      logger.warn('A kept result of a write could not be opened.', { ...factsOf(record), reason: reasonOf(error) });
      return null;
    });
    return new IdempotencyConflictError({ ...factsOf(record), state: record.state, result: kept?.value });
  }

  async function keptValue(call: Call, record: LedgerRecord, signal: AbortSignal): Promise<Repetition> {
    const kept = await results.open(record);
    if (kept === null) throw await conflict(record);
    // By the call's own schema, which may be another than that of the write.
    return { value: await parsePayload(call, { payload: kept.value, source: 'cache', signal }) };
  }

  async function settleUnknown(call: Call, record: LedgerRecord, signal: AbortSignal): Promise<void> {
    const { integration, providerDefinition: provider, spec } = call;
    const done = await reconcile(record, { integration, provider, data: spec.data, signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      // Not its message: it is about the key.
      logger.warn('The provider could not reconcile a write.', { ...factsOf(record), reason: reasonOf(error) });
      return 'undecided' as const;
    });
    if (done === 'settled') return;
    const mayWait = done === 'notNow' && spec.onRepeat === 'result';
    if (mayWait && (await queries.isBusy(placeOf(record)))) return untilIdle(queries, record, signal);
    // Who was asking may have settled it in between.
    const isSettled = mayWait && (await queries.find(placeOf(record)))?.state !== 'unknown';
    if (!isSettled) throw await conflict(record);
  }

  return async function repeat(call, record, signal) {
    if (!isSameWrite(fingerprints, call.spec, record)) throw reused(record);
    if (record.state === 'unknown') {
      await settleUnknown(call, record, signal);
      return 'lookAgain';
    }
    if (call.spec.onRepeat === 'conflict') throw await conflict(record);
    if (record.state === 'completed') return keptValue(call, record, signal);
    await untilIdle(queries, record, signal);
    return 'lookAgain';
  };
}

async function untilIdle(queries: UnknownQueries, record: LedgerRecord, signal: AbortSignal): Promise<void> {
  for (let ms = firstPollMs; ; ms = Math.min(longestPollMs, ms * 1.5)) {
    await unlessAborted(signal, () => sleep(ms));
    if (!(await unlessAborted(signal, () => queries.isBusy(placeOf(record))))) return;
  }
}

function placeOf({ integrationId, key }: LedgerRecord): LedgerPlace {
  return { integrationId, key };
}

function factsOf({ integrationId, requestId }: LedgerRecord) {
  return { integrationId: integrationId.toHexString(), requestId: requestId.toHexString() };
}

function reused(record: LedgerRecord): IntegrationError {
  return new IntegrationError(
    'IDEMPOTENCY_KEY_REUSED',
    'The idempotency key belongs to a write of another endpoint, method or data: the call was not sent.',
    { details: factsOf(record) },
  );
}
