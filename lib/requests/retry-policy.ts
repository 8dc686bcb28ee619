import type { CustomizesRetry } from '../../providers/contracts.js';
import type { ResponseMetadata } from '../context.js';
import { isRetryableError, type RetryableError } from '../errors.js';
import { causeChain } from '../failures/cause-chain.js';
import { isConnectionFailure } from '../failures/connection-failure.js';
import { opinionOf } from '../failures/opinion-of.js';
import { retryAfterOf } from '../failures/retry-after.js';
import { statusCodeOf } from '../failures/status-code.js';

const retryableStatuses = new Set([429, 500, 502, 503, 504]);

/** What a throttled call waits when the upstream does not say for how long. */
const throttledDelayMs = 30_000;

/** What is asked after a failed attempt. */
export interface RetryQuestion {
  readonly error: unknown;
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly provider?: Partial<CustomizesRetry>;
  /** What the callback reported for the attempt. */
  readonly reported?: ResponseMetadata;
}

/** Milliseconds to wait before the next attempt, or null: do not retry. */
export type RetryDecision = number | null;

export interface RetryPolicy {
  decide(question: RetryQuestion): RetryDecision;
}

export interface RetryPolicyOptions {
  /** Longest wait between two attempts, in milliseconds. */
  readonly maxDelayMs: number;
  /** Share of a delay that is added at random, so that a fleet does not come back all at once; 0 to 1. */
  readonly jitter: number;
  /** Source of randomness, for tests. */
  readonly random?: () => number;
  /** Clock in milliseconds since the epoch, for tests. */
  readonly now?: () => number;
}

/**
 * The one policy of retries, for callbacks and HTTP alike. A `RetryableError` anywhere in the cause chain decides
 * first, then the provider, then the core: connection failures and the statuses 429, 500, 502, 503 and 504.
 */
export function createRetryPolicy(options: RetryPolicyOptions): RetryPolicy {
  const { maxDelayMs, jitter, random = Math.random, now = Date.now } = options;

  function withJitter(delayMs: number): number {
    return Math.min(maxDelayMs, Math.round(delayMs * (1 + jitter * random())));
  }

  return {
    decide(question) {
      const marker = causeChain(question.error).find((link) => isRetryableError(link)) ?? null;
      if (question.attempt >= limitOf(question, marker)) return null;
      if (marker === null && !isRetryable(question)) return null;
      return withJitter(delayOf(question, marker, now()));
    },
  };
}

/** Compared with what is no number, every attempt would be allowed. */
function limitOf({ maxAttempts }: RetryQuestion, marker: RetryableError | null): number {
  const lowered: unknown = marker?.maxAttempts;
  return typeof lowered === 'number' && lowered < maxAttempts ? lowered : maxAttempts;
}

function isRetryable({ error, provider }: RetryQuestion): boolean {
  const opinion = opinionOf(() => provider?.isRetryable?.(error));
  if (opinion !== null) return opinion;
  const status = statusCodeOf(error);
  return status === null ? isConnectionFailure(error) : retryableStatuses.has(status);
}

function delayOf(question: RetryQuestion, marker: RetryableError | null, now: number): number {
  const { error, attempt, provider, reported } = question;
  if (marker !== null) return secondsToMs(marker.retryAfterSeconds) ?? attempt * 1000;
  const status = statusCodeOf(error);
  const own = delay(opinionOf(() => provider?.retryDelayMs?.(error, attempt, status)));
  if (own !== null) return own;
  const told = retryAfterOf(error, now) ?? secondsToMs(reported?.retryAfterSeconds);
  if (told !== null) return told;
  if (status === 429) return throttledDelayMs;
  return status !== null && status >= 500 ? attempt * 2000 : attempt * 1000;
}

function secondsToMs(seconds: number | null | undefined): number | null {
  return typeof seconds === 'number' ? delay(seconds * 1000) : null;
}

/** What others computed may be NaN or negative: no delay at all then. */
function delay(ms: number | null): number | null {
  return ms !== null && ms >= 0 ? ms : null;
}
