import { IntegrationError } from '../../../lib/index.js';

/** ISO 8601 with a time zone, as GitHub writes it, or with an offset. */
const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** GitHub shows a change to some of its servers later than to others. */
const overlapMs = 3_600_000;

/** Milliseconds since the epoch; null for anything that is no such time. */
export function parseTime(value: unknown): number | null {
  if (typeof value !== 'string' || !isoTime.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

/** As GitHub writes times: in UTC, to the second, so that the order of texts is that of times. */
export function formatTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/**
 * From when on to list: an hour before the cursor; null, where there is no cursor: everything.
 *
 * @throws IntegrationError `SYNC_CURSOR_INVALID` for a cursor that is none of ours
 */
export function listedSince(cursor: unknown): string | null {
  if (cursor === null || cursor === undefined) return null;
  const time = parseTime(cursor);
  if (time !== null) return formatTime(time - overlapMs);
  const found = typeof cursor === 'string' ? 'another text' : `a ${typeof cursor}`;
  throw new IntegrationError(
    'SYNC_CURSOR_INVALID',
    `The cursor of a GitHub integration is a time such as 2026-01-31T12:00:00Z, and not ${found}.`,
  );
}
