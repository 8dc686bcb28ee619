/** What `checkFailureRate()` found. */
export interface FailureRateReport {
  /** Integrations that were looked at. */
  readonly checked: number;
  /** Episodes that this check found to begin: as many `elevatedFailureRate` were emitted. */
  readonly elevated: number;
  /** Episodes that this check found to be over: as many `failureRateRecovered` were emitted. */
  readonly recovered: number;
}
