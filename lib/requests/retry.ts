import { RetriesExhaustedError } from '../errors.js';
import { checkAttempts } from './call-spec.js';
import { pause } from './pause.js';
import { createRetryPolicy } from './retry-policy.js';

export interface RetryOptions {
  /** How often the work is tried at most, 1 to 100; default 3. */
  readonly attempts?: number;
  /** Longest wait between two attempts, in milliseconds; default 60,000. */
  readonly maxDelayMs?: number;
  /** Share of a delay that is added at random; default 0.25. */
  readonly jitter?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Called before each wait with the number of the attempt that failed and its error. */
  readonly onRetry?: (attempt: number, error: unknown) => void;
}

/**
 * Retries any work by the rules that calls are retried by, outside of a call.
 *
 * @throws RetriesExhaustedError when the last attempt failed too; an error that must not be retried, or not so often,
 *   is thrown unchanged. IntegrationError `CALL_ABORTED`, with the last failure as its cause, when `signal` ends a
 *   wait.
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 3, maxDelayMs = 60_000, jitter = 0.25, signal, onRetry } = options;
  checkAttempts(attempts);
  const policy = createRetryPolicy({ maxDelayMs, jitter });
  const signals = signal === undefined ? [] : [signal];
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      // Asked without a limit, so that "must not be retried" and "no attempts left" can be told apart.
      const delayMs = policy.decide({ error, attempt, maxAttempts: Number.POSITIVE_INFINITY });
      if (delayMs === null) throw error;
      if (attempt >= attempts) throw new RetriesExhaustedError(attempt, error);
      onRetry?.(attempt, error);
      await pause({ delayMs, signals, failure: error });
    }
  }
}
