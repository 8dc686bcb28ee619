import type { ResponseMetadata } from '../context.js';
import { dayMs } from '../time-units.js';

const longestWishMs = dayMs;

/**
 * For how long an answer asks to stay away, in milliseconds; 0: it does not. A wait that it names comes first; else it
 * must say both that no call is left and when there will be. More than a day is taken for nonsense, and for a day.
 */
export function wishedSuppressionMs(metadata: ResponseMetadata, now: number): number {
  const { retryAfterSeconds, rateLimitRemaining, rateLimitResetAt } = metadata;
  const isUsedUp = typeof rateLimitRemaining === 'number' && rateLimitRemaining <= 0;
  const untilReset = isUsedUp ? (rateLimitResetAt?.getTime() ?? now) - now : 0;
  const ms = (retryAfterSeconds ?? 0) > 0 ? Number(retryAfterSeconds) * 1_000 : untilReset;
  return Math.min(longestWishMs, Math.max(0, Math.ceil(ms)));
}
