import type { ApiRequest } from './api-request.js';
import type { Issue } from './issue.js';

/**
 * The issues a listing asks for, in the asked order: parameters `state` (open, closed or all; open by default),
 * `labels` (comma separated, all required), `since` (ISO 8601: updated then or later), `sort` (created, updated or
 * comments; created by default) and `direction` (asc or desc; desc by default).
 */
export function selectIssues(issues: readonly Issue[], query: ApiRequest['query']): Issue[] {
  const { state = 'open', labels = '', since } = query;
  const wanted = labels.toLowerCase().split(',').filter(Boolean);
  const earliest = since === undefined ? -Infinity : Date.parse(since);
  return issues
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => wanted.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name)))
    .filter((issue) => Date.parse(issue.updated_at) >= earliest)
    .sort(order(query));
}

/** Issues of equal rank (the recorded ones all have the same times) are ordered by number. */
function order({ sort = 'created', direction = 'desc' }: ApiRequest['query']): (a: Issue, b: Issue) => number {
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => sign * (rank(a, sort) - rank(b, sort) || a.number - b.number);
}

function rank(issue: Issue, sort: string): number {
  if (sort === 'comments') return issue.comments;
  return Date.parse(sort === 'updated' ? issue.updated_at : issue.created_at);
}
