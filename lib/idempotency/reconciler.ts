import { randomUUID } from 'node:crypto';
import { reconcilesWrites } from '../../providers/capabilities.js';
import type { AnyProvider, UnknownWrite, WriteOutcome } from '../../providers/contracts.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import { property } from '../failures/cause-chain.js';
import { unlessAborted } from '../unless-aborted.js';
import type { KeptResults } from './kept-results.js';
import type { LedgerRecord } from './ledger-record.js';
import type { UnknownQueries } from './unknown-queries.js';

export interface ReconcilerParts {
  readonly queries: UnknownQueries;
  readonly results: KeptResults;
  readonly leaseMs: number;
  readonly retentionMs: number;
}

/** Who is asked, and how long. */
export interface ReconcileQuestion {
  readonly integration: IntegrationDocument;
  readonly provider: AnyProvider;
  /** What is to be written, where that is known. */
  readonly data: unknown;
  readonly signal: AbortSignal;
}

/**
 * - `settled`: look again
 * - `undecided`: the provider cannot tell
 * - `notNow`: a request may still be on its way, or another process asks already
 */
export type Reconciliation = 'settled' | 'undecided' | 'notNow';

/** Has the provider find out what became of an unknown write, one process at a time. Rejects with what its hook throws. */
export type Reconciler = (record: LedgerRecord, question: ReconcileQuestion) => Promise<Reconciliation>;

export function createReconciler({ queries, results, leaseMs, retentionMs }: ReconcilerParts): Reconciler {
  async function store(record: LedgerRecord, outcome: WriteOutcome, reconciler: string): Promise<void> {
    if (!outcome.executed) {
      await queries.discard(record._id, reconciler);
      return;
    }
    const kept = await results.seal(record._id, results.encode(outcome.result));
    await queries.complete(record._id, { ...kept, statusCode: null }, retentionMs);
  }

  return async function reconcile(record, { integration, provider, data, signal }) {
    if (!reconcilesWrites(provider)) return 'undecided';
    const reconciler = randomUUID();
    if (!(await queries.beginReconciling(record._id, reconciler, leaseMs))) return 'notNow';
    try {
      const answer = unlessAborted(signal, () => provider.reconcileWrite(integration, unknownWrite(record, data)));
      const outcome = outcomeOf(await answer);
      if (outcome === null) return 'undecided';
      await store(record, outcome, reconciler);
      return 'settled';
    } finally {
      // Lets others ask at once; of a settled one nothing is left to change.
      await queries.endReconciling(record._id, reconciler).catch(() => undefined);
    }
  };
}

function unknownWrite(record: LedgerRecord, data: unknown): UnknownWrite {
  const { key, endpoint, method, requestId, createdAt } = record;
  return { idempotencyKey: key, endpoint, method, requestId, createdAt, data };
}

/** A provider in JavaScript may answer anything: what is no outcome settles nothing. */
function outcomeOf(answer: unknown): WriteOutcome | null {
  const executed = property(answer, 'executed');
  if (executed === false) return { executed };
  return executed === true ? { executed, result: property(answer, 'result') } : null;
}
