import type { FailureVerdict } from '../failures/classify-failure.js';

/** How an attempt failed. */
export interface AttemptFailure {
  /** What was thrown; for a failing answer that was returned, an error that says so. */
  readonly error: unknown;
  /** What the verdict is about, and hooks of the provider are asked about: what was thrown, or that answer. */
  readonly subject: unknown;
  readonly verdict: FailureVerdict;
}
