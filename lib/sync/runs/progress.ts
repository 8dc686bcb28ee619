import type { Types } from 'mongoose';
import { IntegrationError } from '../../errors.js';
import type { SyncProgress } from '../../types/sync-progress.js';
import type { BatchStore } from '../items/batch-store.js';
import type { RunStore, SeenRun } from './run-store.js';
import type { RunItems } from './run-totals.js';

export interface ProgressParts {
  readonly store: Pick<RunStore, 'find'>;
  readonly batches: Pick<BatchStore, 'remaining'>;
  readonly items: Pick<RunItems, 'failed'>;
}

/**
 * How far a run has come; asks three small questions of the database.
 *
 * @throws IntegrationError `SYNC_RUN_NOT_FOUND`
 */
export async function progressOf(parts: ProgressParts, runId: Types.ObjectId): Promise<SyncProgress> {
  const run = await parts.store.find(runId);
  if (run === null) throw runNotFound(runId);
  if (run.phase === 'settled') return progress(run, { done: run.listed, failed: run.failed });
  const [remaining, failed] = await Promise.all([parts.batches.remaining(runId), parts.items.failed(runId)]);
  return progress(run, { done: Math.max(0, run.listed - remaining), failed });
}

export function runNotFound(runId: unknown): IntegrationError<'SYNC_RUN_NOT_FOUND'> {
  const id = String(runId);
  return new IntegrationError('SYNC_RUN_NOT_FOUND', `There is no sync run ${id}.`, { details: { runId: id } });
}

function progress(run: SeenRun, { done, failed }: Pick<SyncProgress, 'done' | 'failed'>): SyncProgress {
  const { phase, outcome, listed, startedAt, settledAt, now, expected } = run;
  const total = phase === 'listing' ? expected : listed;
  const seconds = startedAt === null ? 0 : ((settledAt ?? now).getTime() - startedAt.getTime()) / 1_000;
  const ratePerSecond = done > 0 && seconds > 0 ? done / seconds : null;
  const etaSeconds = total === null || ratePerSecond === null ? null : Math.max(0, total - done) / ratePerSecond;
  return { runId: run._id.toHexString(), phase, outcome, listed, done, failed, total, ratePerSecond, etaSeconds };
}
