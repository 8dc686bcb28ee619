/** Options of a sync that somebody asks for. */
export interface SyncNowOptions {
  /** List everything, whatever the cursor says. Default false. */
  readonly full?: boolean;
}

/** A sync that is under way. */
export interface StartedSync {
  /** Id of the run, and of its operation log. */
  readonly runId: string;
  /** False: it was under way before. */
  readonly isNew: boolean;
}
