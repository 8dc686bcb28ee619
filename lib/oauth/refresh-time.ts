import { minuteMs } from '../time-units.js';

/** No token is refreshed longer ahead than that by being spread out. */
const longestSpreadMs = 30 * minuteMs;
/** None is refreshed again so soon, even one that has expired by our clock: that clock is wrong then. */
const leastAgeMs = 10_000;

/**
 * When the job refreshes a token: before any caller would have to, by so much that those which were issued together do
 * not come due together. Never in the first part of a short life, whatever the threshold is.
 *
 * @param random From 0 up to 1, not included.
 */
export function refreshTime(expiresAt: Date, now: number, thresholdMs: number, random: number): Date {
  const lifetimeMs = Math.max(0, expiresAt.getTime() - now);
  const marginMs = Math.min(thresholdMs, lifetimeMs / 2);
  const spreadMs = random * Math.min(lifetimeMs / 10, longestSpreadMs);
  return new Date(Math.max(expiresAt.getTime() - marginMs - spreadMs, now + leastAgeMs));
}

/** An integration, as far as the age of its token goes. */
export interface TokenAge {
  readonly tokenExpiresAt?: Date | null;
  readonly tokenRefreshAt?: Date | null;
}

/** Whether a token is to be refreshed before it is used. */
export function expiresSoon({ tokenExpiresAt, tokenRefreshAt }: TokenAge, now: number, thresholdMs: number): boolean {
  if (tokenExpiresAt === null || tokenExpiresAt === undefined) return false;
  const isYoung = tokenRefreshAt !== null && tokenRefreshAt !== undefined && tokenRefreshAt.getTime() > now;
  return !isYoung && tokenExpiresAt.getTime() - thresholdMs <= now;
}
