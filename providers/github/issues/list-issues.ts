import {
  IntegrationError,
  paginate,
  type DispatchOptions,
  type PagePosition,
  type PageStrategy,
  type SyncSession,
} from '../../../lib/index.js';
import type { GitHubIntegration } from '../types.js';
import { issueSynced, type GitHubIssue } from './github-issue.js';
import { fetchIssues, type IssuePage } from './issue-page.js';
import { issuesSince, queryAfter, updatedAt } from './issue-queries.js';
import { savedState, type ListingState } from './listing-state.js';
import { isQuery, type Query } from './query.js';
import { formatTime, listedSince, parseTime } from './times.js';

/** Lists all issues of the repository. */
export async function sync(integration: GitHubIntegration, session: SyncSession): Promise<void> {
  await listIssues(integration, session, null);
}

/** Lists the issues that were updated since an hour before the cursor. */
export async function syncIncremental(integration: GitHubIntegration, session: SyncSession): Promise<void> {
  await listIssues(integration, session, listedSince(session.cursor()));
}

/** From the one updated first to the one updated last; pull requests, which GitHub lists among them, are left out. */
async function listIssues(integration: GitHubIntegration, session: SyncSession, since: string | null): Promise<void> {
  requireRepository(integration);
  const saved = savedState(session.listing());
  const first = saved?.query ?? issuesSince(since);
  const { signal } = session;
  const isConditional = saved === null && since !== null;
  const listing = paginate(
    ({ number, position }) =>
      fetchIssues(integration, queryOf(position), { signal, isConditional: isConditional && number === 1 }),
    byUpdates,
    { items: issuesOf, from: { data: first }, maxPages: mostPages, signal },
  );
  let state = saved;
  for await (const { page, items, next } of listing.pages()) {
    if (page === null) return;
    if (state === null) {
      state = { startedAt: timeOf(page), query: first };
      expectAsMany(session, page);
      // Before anything is dispatched: a listing that begins again later would count from that time.
      await session.saveListing(state);
    }
    for (const issue of items) await session.dispatch(issueSynced(issue), placeOf(issue, state));
    if (next === null) return;
    state = { ...state, query: queryOf(next) };
    await session.saveListing(state);
  }
}

/** More than any repository has: of what cannot end, `paginate` tells by itself. */
const mostPages = 1_000_000;

const byUpdates: PageStrategy<IssuePage> = {
  first: { data: issuesSince(null) },
  next({ page, position }) {
    const query = page && queryAfter(queryOf(position), page);
    return query && { data: query };
  },
};

/** Of positions that were made here. */
function queryOf({ data }: PagePosition): Query {
  return isQuery(data) ? data : issuesSince(null);
}

function requireRepository(integration: GitHubIntegration): void {
  const { owner, repo } = integration.getMetadata();
  if (owner !== undefined && repo !== undefined) return;
  throw new IntegrationError(
    'METADATA_INVALID',
    'To sync the issues of a repository, a GitHub integration needs its `owner` and `repo` in the metadata.',
  );
}

/** By GitHub's clock, because it is compared with times of GitHub's. */
function timeOf({ date }: IssuePage): string {
  const time = date === null ? Number.NaN : Date.parse(date);
  return formatTime(Number.isNaN(time) ? Date.now() : time);
}

/** What is no issue is handed on as it is: its item fails, and shows what came. */
function issuesOf({ entries }: IssuePage): GitHubIssue[] {
  return entries.filter((entry) => !isPullRequest(entry)) as GitHubIssue[];
}

function isPullRequest(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'pull_request' in entry;
}

/**
 * What was updated after the listing had begun counts as of then: it may be a repetition of what this run has handled
 * in its older state, so that the next sync has to see it again, however long this one takes.
 */
function placeOf(issue: unknown, { startedAt }: ListingState): DispatchOptions {
  const id = typeof issue === 'object' && issue !== null && 'id' in issue ? issue.id : undefined;
  const time = updatedAt(issue);
  return {
    ...(typeof id === 'number' && { externalId: id }),
    ...(time !== null && { checkpointValue: formatTime(Math.min(time, parseTime(startedAt) ?? time)) }),
  };
}

/** As many issues on each of the pages to come as on the first one. */
function expectAsMany(session: SyncSession, page: IssuePage): void {
  const pages = Number(page.last?.page);
  if (pages > 0) session.expect(pages * issuesOf(page).length);
}
