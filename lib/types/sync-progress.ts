import type { SyncOutcome, SyncRunPhase } from '../../schemas/integration-sync-run.js';

/** How far a sync run has come. */
export interface SyncProgress {
  /** Id of the run, and of its operation log. */
  readonly runId: string;
  readonly phase: SyncRunPhase;
  /** Null until the run is over. */
  readonly outcome: SyncOutcome | null;
  /** Items stored so far. */
  readonly listed: number;
  /** Items that came to their end, failed ones included; what is being worked on counts once its batch is handed back. */
  readonly done: number;
  /** Items that used up their attempts. */
  readonly failed: number;
  /** Items in all: as the provider expects, or as listed once the listing is over; null: nobody knows yet. */
  readonly total: number | null;
  /** Items done in a second, since the run began; null: too early to tell. */
  readonly ratePerSecond: number | null;
  /** Seconds until the run will be over at this rate; null: nobody knows. */
  readonly etaSeconds: number | null;
}
