import type { StoredError } from '../../../schemas/integration-request.js';
import type { SyncOutcome } from '../../../schemas/integration-sync-run.js';
import type { SyncRun } from './run-collection.js';
import type { RunLogEnd } from './run-log.js';
import type { RunTotals } from './run-totals.js';

/** What the operation log says of the end of a run. */
export function endOfLog(
  run: SyncRun,
  totals: RunTotals,
  { outcome, error }: { readonly outcome: SyncOutcome; readonly error: StoredError | null },
): RunLogEnd {
  const { succeeded, failed, skipped, listed } = totals;
  const { duplicates, mode, startedAt, updatedAt } = run;
  return {
    status: outcome,
    summary: summaryOf(totals, duplicates),
    resultData: { mode, listed, succeeded, failed, skipped, duplicates },
    error,
    // Later, when items have been retried, it would measure how long that took somebody to do.
    ...(run.isExclusive && { durationMs: startedAt === null ? 0 : updatedAt.getTime() - startedAt.getTime() }),
  };
}

function summaryOf({ listed, succeeded, failed, skipped }: RunTotals, duplicates: number): string {
  const parts = [
    `${String(succeeded)} succeeded`,
    ...(failed > 0 ? [`${String(failed)} failed`] : []),
    ...(skipped > 0 ? [`${String(skipped)} skipped`] : []),
    ...(duplicates > 0 ? [`${String(duplicates)} repetitions dropped`] : []),
  ];
  return `${String(listed)} ${listed === 1 ? 'item' : 'items'}: ${parts.join(', ')}.`;
}
