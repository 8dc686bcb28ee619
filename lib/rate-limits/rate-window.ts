import type { RateLimitKind } from '../types/rate-limit.js';

/** How long a token stays taken. */
export interface RateWindow {
  readonly seconds: number;
  readonly kind: RateLimitKind;
}

/** The server's clock ticks in milliseconds, and one end of the window may be rounded either way. */
const roundingMs = 2;

/** How far apart the clocks of the provider and of the database may be where the windows are aligned with a clock. */
const guardMs = 100;

export function windowMs({ seconds }: RateWindow): number {
  return seconds * 1_000;
}

/**
 * A token that was last on its way at or before this instant is free again.
 *
 * Fixed and sliding windows: one window ago. The provider counts a request between its reservation and its answer, so
 * that over any window, whatever its phase, no more than the limit are taken. Aligned windows: the last beginning, less
 * the guard; a token counts in every window that the provider may have counted it in.
 *
 * @param now Milliseconds since the epoch.
 */
export function cutoff(window: RateWindow, now: number): number {
  const length = windowMs(window);
  if (window.kind !== 'aligned') return now - length - roundingMs;
  return Math.floor((now - guardMs) / length) * length - guardMs - 1;
}

/** The first instant at which a token is free that was last on its way at `takenUntil`. */
export function freeAt(window: RateWindow, takenUntil: number): number {
  const length = windowMs(window);
  if (window.kind !== 'aligned') return takenUntil + length + roundingMs;
  return (Math.floor((takenUntil + guardMs) / length) + 1) * length + guardMs;
}

/** {@link cutoff} by the server's own clock, as a date. */
export function cutoffExpression(window: RateWindow): object {
  const length = windowMs(window);
  if (window.kind !== 'aligned') return { $subtract: ['$$NOW', length + roundingMs] };
  const begun = { $floor: { $divide: [{ $subtract: [{ $toLong: '$$NOW' }, guardMs] }, length] } };
  return { $toDate: { $subtract: [{ $multiply: [begun, length] }, guardMs + 1] } };
}

/** {@link freeAt} of a date that the server knows, as a date. */
export function freeAtExpression(window: RateWindow, takenUntil: object): object {
  const length = windowMs(window);
  if (window.kind !== 'aligned') return { $add: [takenUntil, length + roundingMs] };
  const windows = { $floor: { $divide: [{ $add: [{ $toLong: takenUntil }, guardMs] }, length] } };
  return { $toDate: { $add: [{ $multiply: [{ $add: [windows, 1] }, length] }, guardMs] } };
}
