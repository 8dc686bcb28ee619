/** What a full sync run says about what is gone; kept in the `metadata.missing` of its operation log. */
export interface MissingReport {
  /** How many were known to be there. */
  readonly known: number;
  /** How many of them the run did not find. */
  readonly missing: number;
  /** How many of those were reported now. */
  readonly reported: number;
  /**
   * Why none was: the run did not list everything (`incomplete`), or more would be missing than `sync.maxMissingShare`
   * allows (`tooMany`). Null: it was not refused.
   */
  readonly refused: 'incomplete' | 'tooMany' | null;
}
