import { pageSize, type IssuePage } from './issue-page.js';
import type { Query } from './query.js';
import { formatTime, parseTime } from './times.js';

/** Whether `since` takes in the second that it names, GitHub leaves open. */
const secondMs = 1_000;

/** The first page of all issues, open and closed, that were updated since then; null: of all. */
export function issuesSince(since: string | null): Query {
  const query = { state: 'all', sort: 'updated', direction: 'asc', per_page: String(pageSize) };
  return since === null ? query : { ...query, since };
}

/**
 * What to ask for after a page; null: nothing is left.
 *
 * The page after it, by its number, would be the wrong one: an issue that is updated while it is listed moves to the
 * end, all those after it move up, and the first one of the next page is on this page by then, never to be seen. So the
 * list is begun anew where this page ends, which also keeps GitHub from counting through thousands of issues for each
 * page. The link is followed where it leads to a position instead of a number, and where a page begins and ends in the
 * same second.
 */
export function queryAfter(query: Query, { entries, next }: IssuePage): Query | null {
  if (next === null || next.after !== undefined) return next;
  const times = entries.map(updatedAt).filter((time) => time !== null);
  const since = Math.max(...times) - secondMs;
  const before = parseTime(query.since) ?? -Infinity;
  const oldest = Math.min(...times);
  // A server that pays no attention to `since` would give the same page for ever.
  return before <= oldest && oldest < since ? issuesSince(formatTime(since)) : next;
}

/** When an entry of a list was updated; null for what is no issue. */
export function updatedAt(entry: unknown): number | null {
  return typeof entry === 'object' && entry !== null && 'updated_at' in entry ? parseTime(entry.updated_at) : null;
}
