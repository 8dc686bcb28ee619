/** How often something occurred. */
export interface Occurrences {
  /** Status code, failure class, message or operation. */
  readonly key: string;
  readonly count: number;
}

/** The failures of an integration in a window of time, from its request log. */
export interface FailureSummary {
  readonly since: Date;
  readonly until: Date;
  /** Logical calls. */
  readonly total: number;
  readonly failed: number;
  /** Failed calls among all, 0 to 1; 0 where there were none. */
  readonly rate: number;
  /** The failed calls by status of their last attempt, `none` where no answer came; most frequent first. */
  readonly byStatus: readonly Occurrences[];
  /** By failure class, as persisted on the last attempt. */
  readonly byClass: readonly Occurrences[];
  /** The ten most frequent error messages. */
  readonly topErrors: readonly Occurrences[];
  /** By endpoint and method; the fifty most frequent. */
  readonly byOperation: readonly Occurrences[];
  /** How many different related records failed calls belonged to. */
  readonly distinctItems: number;
}
