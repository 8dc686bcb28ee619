import type { SyncOutcome } from '../../../schemas/integration-sync-run.js';

/** How a sync that was waited for has ended, or that the wait has. */
export interface EndedSync {
  readonly runId: string;
  /** Null: it goes on, and was waited for long enough. */
  readonly outcome: SyncOutcome | null;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  /** What the listing failed with, or why the wait has ended. */
  readonly error: string | null;
}

export function resultText({ runId, outcome, succeeded, failed, skipped, error }: EndedSync): string {
  const counts = `${String(succeeded)} succeeded, ${String(failed)} failed, ${String(skipped)} skipped`;
  return `Sync ${runId}: ${outcome ?? 'not over'}. ${counts}.${error === null ? '' : ` ${error}`}`;
}
