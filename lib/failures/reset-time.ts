import { dayMs } from '../time-units.js';
import { parseHttpDate } from './retry-after.js';

/** Windows are a month long at the most, … */
const furthestAheadMs = 32 * dayMs;
/** … and clocks differ. */
const furthestBackMs = dayMs;

export interface ResetTimeOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Small numbers are seconds from now: the header's definition says so. */
  readonly isDelta: boolean;
}

/**
 * When a window ends, by a header for which there is no standard: seconds or milliseconds since the epoch, a date of
 * HTTP or ISO 8601 with its offset, and seconds from now where that is certain. Null for anything that could be
 * something else.
 */
export function resetTime(text: string, { now, isDelta }: ResetTimeOptions): Date | null {
  const instants = /^\d{1,16}(?:\.\d+)?$/.test(text) ? byNumber(Number(text), now, isDelta) : byDate(text, now);
  const instant = instants.find((each) => each >= now - furthestBackMs && each <= now + furthestAheadMs);
  return instant === undefined ? null : new Date(instant);
}

/** The readings lie so far apart that at most one of them is near now. */
function byNumber(value: number, now: number, isDelta: boolean): number[] {
  return [...(isDelta ? [now + value * 1000] : []), value * 1000, value];
}

function byDate(text: string, now: number): number[] {
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const instant = isIso ? Date.parse(text) : parseHttpDate(text, now);
  return instant === null ? [] : [instant];
}
