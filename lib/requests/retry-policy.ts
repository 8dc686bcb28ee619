import type { ClassifiesFailures, CustomizesRetry } from '../../providers/contracts.js';
import type { ResponseMetadata } from '../context.js';
import { isIntegrationError, isRetryableError, type RetryableError } from '../errors.js';
import { judgeFailure, type FailureVerdict } from '../failures/classify-failure.js';
import { failureChain, isRefusal } from '../failures/failure-chain.js';
import { opinionOf } from '../failures/opinion-of.js';
import { retryAfterOf } from '../failures/retry-after.js';

/** Those of a server that may do better next time. */
const passingStatuses = new Set([500, 502, 503, 504]);

/** What a throttled call waits when the upstream does not say for how long. */
const throttledDelayMs = 30_000;

/** What is asked after a failed attempt. */
export interface RetryQuestion {
  /** What was thrown, or the failing response that a callback returned. */
  readonly error: unknown;
  /** On that failure; passed here where nobody has yet. */
  readonly verdict?: FailureVerdict;
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly provider?: Partial<CustomizesRetry & ClassifiesFailures>;
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
 * first, then the provider's `isRetryable`, then the verdict: `throttle` and `upstream` are retried, a 5xx other than
 * 500, 502, 503 and 504 only where the provider itself called it `upstream`. A refusal of ours is never retried.
 */
export function createRetryPolicy(options: RetryPolicyOptions): RetryPolicy {
  const { maxDelayMs, jitter, random = Math.random, now = Date.now } = options;

  function withJitter(delayMs: number): number {
    return Math.min(maxDelayMs, Math.round(delayMs * (1 + jitter * random())));
  }

  return {
    decide(question) {
      const chain = failureChain(question.error);
      const marker = chain.find((link) => isRetryableError(link)) ?? null;
      if (question.attempt >= limitOf(question, marker)) return null;
      const verdict = question.verdict ?? judgeFailure(question.error, question.provider ?? {});
      if (marker === null && !isRetryable(question, verdict, chain)) return null;
      return withJitter(delayOf(question, marker, verdict, now()));
    },
  };
}

/** Compared with what is no number, every attempt would be allowed. */
function limitOf({ maxAttempts }: RetryQuestion, marker: RetryableError | null): number {
  const lowered: unknown = marker?.maxAttempts;
  return typeof lowered === 'number' && lowered < maxAttempts ? lowered : maxAttempts;
}

function isRetryable({ error, provider }: RetryQuestion, verdict: FailureVerdict, chain: readonly unknown[]): boolean {
  if (chain.some(isRefusal)) return false;
  const opinion: unknown = opinionOf(() => provider?.isRetryable?.(error));
  if (typeof opinion === 'boolean') return opinion;
  // The upstream may be at fault, and the time is up all the same.
  if (chain.some((link) => isIntegrationError(link, 'DEADLINE_EXCEEDED'))) return false;
  return verdict.failureClass === 'throttle' || (verdict.failureClass === 'upstream' && mayPass(verdict));
}

function mayPass({ statusCode, isOfProvider }: FailureVerdict): boolean {
  return isOfProvider || statusCode === null || statusCode < 500 || passingStatuses.has(statusCode);
}

function delayOf(question: RetryQuestion, marker: RetryableError | null, verdict: FailureVerdict, now: number): number {
  const { error, attempt, provider, reported } = question;
  if (marker !== null) return secondsToMs(marker.retryAfterSeconds) ?? attempt * 1000;
  const { statusCode: status, failureClass } = verdict;
  const own = delay(opinionOf(() => provider?.retryDelayMs?.(error, attempt, status)));
  if (own !== null) return own;
  const told = retryAfterOf(error, now) ?? secondsToMs(reported?.retryAfterSeconds);
  if (told !== null) return told;
  if (status === 429 || failureClass === 'throttle') return throttledDelayMs;
  return status !== null && status >= 500 ? attempt * 2000 : attempt * 1000;
}

function secondsToMs(seconds: number | null | undefined): number | null {
  return typeof seconds === 'number' ? delay(seconds * 1000) : null;
}

/** What others computed may be NaN or negative: no delay at all then. */
function delay(ms: number | null): number | null {
  return ms !== null && ms >= 0 ? ms : null;
}
