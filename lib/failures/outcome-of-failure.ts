import type { ClassifiesFailures } from '../../providers/contracts.js';
import { isRetryableError } from '../errors.js';
import { causeChain } from './cause-chain.js';
import { opinionOf } from './opinion-of.js';
import { putOffMs } from './put-off-ms.js';

/** What becomes of a piece of work after an attempt. */
export type AttemptOutcome =
  | { readonly kind: 'success' }
  /** Tried again; the attempt counts. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly error: unknown }
  /** Tried again; nothing counts. */
  | { readonly kind: 'deferred'; readonly afterMs: number; readonly error: unknown }
  /** Given up. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly isAttempt: boolean }
  /** As if nothing had been: the process stops. */
  | { readonly kind: 'returned' };

/** How often and how long work is tried. */
export interface AttemptLimits {
  readonly maxAttempts: number;
  /** In seconds. */
  readonly backoff: readonly number[];
}

export interface AttemptRules extends AttemptLimits {
  readonly provider: Partial<ClassifiesFailures>;
  readonly deferWindowMs: number;
  /** Milliseconds to stay away from such work for a reason of its own; null: there is none. */
  readonly heldBackMs: (error: unknown) => number | null;
  /** What work fails with that was put off until its time was over. */
  readonly deferredTooLong: (since: Date, cause: unknown) => Error;
}

/** What the hooks of a provider say, where it makes sense, goes before the options. */
export function attemptLimits(
  hooks: { readonly tries: () => unknown; readonly backoff: () => unknown },
  options: AttemptLimits,
): AttemptLimits {
  const tries = opinionOf(hooks.tries);
  const backoff = opinionOf(hooks.backoff);
  return {
    maxAttempts: typeof tries === 'number' && tries >= 1 ? Math.floor(tries) : options.maxAttempts,
    backoff: isBackoff(backoff) ? backoff : options.backoff,
  };
}

function isBackoff(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((wait) => typeof wait === 'number' && wait >= 0);
}

/** What counts of earlier attempts. */
export interface Tried {
  readonly attempts: number;
  /** Since when it has been put off; null: it is not. */
  readonly deferredSince: Date | null;
}

/**
 * What becomes of work whose attempt failed. Where the other API holds us back, or work of this kind is held back, it
 * is put off, whatever wraps the error.
 *
 * @param now Milliseconds since the epoch.
 */
export function outcomeOfFailure(error: unknown, tried: Tried, rules: AttemptRules, now: number): AttemptOutcome {
  const heldBackMs = rules.heldBackMs(error) ?? putOffMs(error, rules.provider);
  if (heldBackMs !== null) return putOff(error, tried, rules, { afterMs: heldBackMs, now });
  const marker = causeChain(error).find(isRetryableError) ?? null;
  const attempt = tried.attempts + 1;
  if (attempt >= Math.min(rules.maxAttempts, positive(marker?.maxAttempts) ?? Infinity)) {
    return { kind: 'failed', error, isAttempt: true };
  }
  const seconds = positive(marker?.retryAfterSeconds) ?? rules.backoff[attempt - 1] ?? rules.backoff.at(-1) ?? 0;
  return { kind: 'retry', afterMs: seconds * 1_000, error };
}

interface Delay {
  readonly afterMs: number;
  readonly now: number;
}

/** Up to the end of the window, where it is tried for the last time. */
function putOff(
  error: unknown,
  { deferredSince }: Tried,
  { deferWindowMs, deferredTooLong }: AttemptRules,
  { afterMs, now }: Delay,
): AttemptOutcome {
  const since = deferredSince?.getTime() ?? now;
  const leftMs = since + deferWindowMs - now;
  if (leftMs > 0) return { kind: 'deferred', afterMs: Math.min(afterMs, leftMs), error };
  return { kind: 'failed', error: deferredTooLong(new Date(since), error), isAttempt: false };
}

/** What others made of an error may be anything. */
function positive(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 ? value : null;
}
