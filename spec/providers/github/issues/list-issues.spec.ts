import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startGitHubApi, type GitHubApi } from '../../../../docs/examples/demo/github-api/index.js';
import {
  createIntegrations,
  type DispatchOptions,
  type Integrations,
  type IntegrationOf,
  type SyncItemEvent,
  type SyncSession,
} from '../../../../lib/index.js';
import { github, issueSynced, type GitHubIssue, type GitHubMetadata } from '../../../../providers/github/index.js';
import { useDatabase } from '../../../support/database.js';
import { useHttpServer } from '../../../support/http-server.js';

type GitHubIntegration = IntegrationOf<typeof github>;
type Dispatched = DispatchOptions & { readonly event: SyncItemEvent };

const many = { owner: 'octokit-fixture-org', repo: 'many-issues' };
const recorded = { owner: 'octokit-fixture-org', repo: 'paginate-issues' };

const database = useDatabase();
const upstream = useHttpServer();
let api: GitHubApi;
let integrations: Integrations<Record<'github', typeof github>>;

beforeAll(async () => {
  api = await startGitHubApi({ manyIssues: 250 });
  integrations = createIntegrations({
    connection: database.connection,
    providers: { github },
    encryptionKeys: [{ id: 'a', secret: Buffer.alloc(32, 1).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    retry: { maxDelayMs: 1 },
    logger: false,
  });
  // Listed here by a session of the spec's own: no run is begun.
  await integrations.install();
});

afterAll(async () => {
  await integrations.close();
  await api.close();
});

function connect(metadata: Partial<GitHubMetadata>, baseUrl = api.url): Promise<GitHubIntegration> {
  const credentials = { token: api.token };
  return integrations.create({ provider: 'github', name: 'Local', credentials, metadata: { baseUrl, ...metadata } });
}

interface TestedSession extends SyncSession {
  readonly dispatched: readonly Dispatched[];
  readonly saved: readonly unknown[];
  readonly expected: readonly number[];
}

interface SessionParts {
  readonly cursor?: unknown;
  readonly listing?: unknown;
  /** Called for each item, before it is taken. */
  readonly onDispatch?: (item: Dispatched) => unknown;
}

/** Keeps what a listing hands over. */
function testedSession({ cursor = null, listing = null, onDispatch }: SessionParts = {}): TestedSession {
  const dispatched: Dispatched[] = [];
  const saved: unknown[] = [];
  const expected: number[] = [];
  return {
    dispatched,
    saved,
    expected,
    mode: 'incremental',
    signal: new AbortController().signal,
    cursor: () => cursor,
    listing: () => listing,
    async dispatch(event, options = {}) {
      await onDispatch?.({ event, ...options });
      dispatched.push({ event, ...options });
    },
    async saveListing(state) {
      saved.push(structuredClone(state));
    },
    expect: (items) => void expected.push(items),
    progress: () => Promise.reject(new Error('Nobody asks for it.')),
  };
}

/** What a call of the session's provider method asked for, as query parameters. */
async function queriesOf(work: () => Promise<unknown>): Promise<Record<string, string>[]> {
  const before = api.requests.length;
  await work();
  return api.requests.slice(before).map(({ query }) => ({ ...query }));
}

const issueOf = ({ event }: Dispatched) => event.payload as GitHubIssue;
const numbersOf = ({ dispatched }: TestedSession) => dispatched.map((item) => issueOf(item).number);
/** Without those that were listed once more where two pages meet: a run drops them, by their ids. */
const idsOf = ({ dispatched }: TestedSession) => [...new Set(dispatched.map(({ externalId }) => externalId))];
const issueAt = (id: number) => ({ id, number: id, updated_at: `2026-01-01T00:00:${String(10 + id)}Z` });
const all = Array.from({ length: 250 }, (_, index) => index + 1);

async function change(number: number, origin: string): Promise<void> {
  const url = `${origin}/repos/octokit-fixture-org/many-issues/issues/${String(number)}`;
  const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' };
  const { ok } = await fetch(url, { method: 'PATCH', headers, body: JSON.stringify({ title: 'Changed' }) });
  expect(ok).toBe(true);
}

describe('a full listing of issues', () => {
  it('asks for all, the one updated first before the others, a hundred at a time', async () => {
    const session = testedSession({ cursor: '2026-01-01T00:00:00Z' });
    const integration = await connect(many);
    const queries = await queriesOf(() => github.sync(integration, session));
    const query = { state: 'all', sort: 'updated', direction: 'asc', per_page: '100' };
    expect(queries).toEqual([query, ...[1, 2].map(() => ({ ...query, since: expect.stringMatching(/Z$/) }))]);
    expect([...new Set(numbersOf(session))]).toEqual(all);
  });

  it('hands over each issue as GitHub sent it, with its id and its time', async () => {
    const session = testedSession();
    await github.sync(await connect(many), session);
    const [first] = session.dispatched;
    const issue = first && issueOf(first);
    expect(first).toEqual({
      event: { name: issueSynced.eventClass, payload: expect.objectContaining({ number: 1, title: 'Issue 1' }) },
      externalId: issue?.id,
      checkpointValue: issue?.updated_at,
    });
    const times = session.dispatched.map(({ checkpointValue }) => String(checkpointValue));
    expect(times).toEqual(times.toSorted());
  });

  it('lists what GitHub has recorded', async () => {
    const session = testedSession();
    await github.sync(await connect(recorded), session);
    expect(idsOf(session)).toHaveLength(13);
  });

  it('follows the links where GitHub pages by position', async () => {
    upstream.answer(({ url = '' }, response) => {
      const page = Number(new URL(url, upstream.origin).searchParams.get('after') ?? 0);
      const next = `<${upstream.origin}/repositories/7/issues?per_page=100&after=${String(page + 1)}>; rel="next"`;
      const headers = { 'content-type': 'application/json', ...(page < 2 && { link: next }) };
      response.writeHead(200, headers).end(JSON.stringify([issueAt(page)]));
    });
    const session = testedSession();
    await github.sync(await connect(many, upstream.origin), session);
    expect(idsOf(session)).toEqual([0, 1, 2]);
    expect(upstream.received.map(({ url }) => url)).toEqual([
      '/repos/octokit-fixture-org/many-issues/issues?state=all&sort=updated&direction=asc&per_page=100',
      '/repos/octokit-fixture-org/many-issues/issues?per_page=100&after=1',
      '/repos/octokit-fixture-org/many-issues/issues?per_page=100&after=2',
    ]);
  });

  it('follows the links where more issues than a page holds were updated in the same second', async () => {
    upstream.answer(({ url = '' }, response) => {
      const page = Number(new URL(url, upstream.origin).searchParams.get('page') ?? 1);
      const next = `<${upstream.origin}/repositories/7/issues?page=${String(page + 1)}>; rel="next"`;
      const headers = { 'content-type': 'application/json', ...(page < 3 && { link: next }) };
      response.writeHead(200, headers).end(JSON.stringify([{ ...issueAt(page), updated_at: '2026-01-01T00:00:00Z' }]));
    });
    const session = testedSession();
    await github.sync(await connect(many, upstream.origin), session);
    expect(idsOf(session)).toEqual([1, 2, 3]);
  });

  it('says how many there will be, as far as known', async () => {
    const session = testedSession();
    await github.sync(await connect(many), session);
    expect(session.expected[0]).toBe(300);
  });
});

describe('an incremental listing of issues', () => {
  it('lists everything on the first run', async () => {
    const session = testedSession();
    await github.syncIncremental(await connect(many), session);
    expect(idsOf(session)).toHaveLength(250);
  });

  it('lists what was updated since an hour before the cursor', async () => {
    const listed = testedSession();
    const integration = await connect(many);
    await github.sync(integration, listed);
    const cursor = github.reduceCheckpoints(listed.dispatched.map(({ checkpointValue }) => checkpointValue));
    const session = testedSession({ cursor });
    const [query] = await queriesOf(() => github.syncIncremental(integration, session));
    expect(query?.since).toBe(new Date(Date.parse(String(cursor)) - 3_600_000).toISOString().replace('.000', ''));
    expect(idsOf(session).length).toBeGreaterThanOrEqual(120);
    expect(idsOf(session).length).toBeLessThan(130);
  });

  it.each([
    ['another type', 42],
    ['no time', 'last week'],
  ])('refuses a cursor of %s before it asks GitHub', async (_what, cursor) => {
    const integration = await connect(many);
    const queries = await queriesOf(() =>
      expect(github.syncIncremental(integration, testedSession({ cursor }))).rejects.toMatchObject({
        code: 'SYNC_CURSOR_INVALID',
      }),
    );
    expect(queries).toEqual([]);
  });

  it('asks by the ETag of last time: an answer that has not changed is free, and listed again all the same', async () => {
    const cursor = new Date().toISOString();
    const integration = await connect(many);
    const list = async () => {
      const session = testedSession({ cursor });
      await github.syncIncremental(integration, session);
      return idsOf(session);
    };
    const before = api.requests.length;
    const first = await list();
    await expect(list()).resolves.toEqual(first);
    const [request, , again] = api.requests.slice(before);
    expect([request?.status, again?.status]).toEqual([200, 304]);
    expect(again?.query).toEqual(request?.query);
  });

  it('fails where GitHub fails, and takes no old answer for a new one', async () => {
    const cursor = new Date().toISOString();
    const integration = await connect(many);
    await github.syncIncremental(integration, testedSession({ cursor }));
    api.failNext([{ status: 503 }, { status: 503 }, { status: 503 }]);
    await expect(github.syncIncremental(integration, testedSession({ cursor }))).rejects.toMatchObject({
      statusCode: 503,
    });
  });
});

describe('a listing while issues are changed', () => {
  let changing: GitHubApi;
  beforeEach(async () => {
    changing = await startGitHubApi({ manyIssues: 250 });
  });
  afterEach(() => changing.close());

  it('misses none, although those that are changed move to the end and the others up', async () => {
    let seen = 0;
    const session = testedSession({
      async onDispatch() {
        seen += 1;
        // When all of the first page is handed over: ten of its issues make room for ten of the second page.
        if (seen === 100)
          for (const number of [3, 8, 11, 20, 31, 40, 52, 60, 75, 90]) await change(number, changing.url);
      },
    });
    await github.sync(await connect(many, changing.url), session);
    expect([...new Set(numbersOf(session))].toSorted((a, b) => a - b)).toEqual(all);
  });

  it('counts what was changed after it began as of its beginning: the next one has to see it again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const integration = await connect(many, changing.url);
      const startedAt = Date.now();
      const session = testedSession({
        onDispatch: async () => {
          if (session.dispatched.length !== 1) return;
          vi.setSystemTime(startedAt + 7_200_000);
          await change(200, changing.url);
        },
      });
      await github.sync(integration, session);
      const changed = session.dispatched.filter((item) => issueOf(item).number === 200).at(-1);
      expect(Date.parse(changed ? issueOf(changed).updated_at : '')).toBeGreaterThan(startedAt + 7_000_000);
      const cursor = github.reduceCheckpoints(session.dispatched.map(({ checkpointValue }) => checkpointValue));
      expect(Date.parse(String(cursor))).toBeLessThanOrEqual(startedAt + 60_000);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a listing that was interrupted', () => {
  it('goes on where it was, and counts from its beginning', async () => {
    const integration = await connect(many);
    const whole = testedSession();
    await github.sync(integration, whole);
    // The beginning, and what comes after each page but the last.
    expect(whole.saved).toHaveLength(3);
    const resumed = testedSession({ listing: whole.saved[2] });
    await github.sync(integration, resumed);
    expect(resumed.saved).toEqual([]);
    expect(resumed.dispatched.length).toBeLessThan(60);
    expect(new Set(numbersOf(resumed))).toEqual(new Set(numbersOf(whole).slice(-resumed.dispatched.length)));
  });

  it('begins again where what was saved is no place in a listing', async () => {
    const session = testedSession({ listing: { page: 7 } });
    await github.sync(await connect(many), session);
    expect(idsOf(session)).toHaveLength(250);
  });
});

describe('what is no issue', () => {
  /** A GitHub whose lists hold this. */
  function answerWith(...entries: readonly unknown[]): void {
    upstream.answer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(entries));
    });
  }

  it('is left out where it is a pull request', async () => {
    const times = { updated_at: '2026-01-01T00:00:00Z' };
    answerWith({ id: 1, number: 1, ...times }, { id: 2, number: 2, ...times, pull_request: { url: 'https://…' } });
    const session = testedSession();
    await github.sync(await connect(many, upstream.origin), session);
    expect(idsOf(session)).toEqual([1]);
  });

  it('is handed over without a place where it is anything else, and keeps nothing back', async () => {
    answerWith(null, { id: 'seven', updated_at: 'soon' }, { id: 3, number: 3, updated_at: '2026-01-01T00:00:00Z' });
    const session = testedSession();
    await github.sync(await connect(many, upstream.origin), session);
    expect(session.dispatched).toEqual([
      { event: { name: 'github.issue', payload: null } },
      { event: { name: 'github.issue', payload: { id: 'seven', updated_at: 'soon' } } },
      { event: expect.anything(), externalId: 3, checkpointValue: '2026-01-01T00:00:00Z' },
    ]);
  });

  it('fails the listing where it comes in place of the list', async () => {
    upstream.answer((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
    const integration = await connect(many, upstream.origin);
    await expect(github.sync(integration, testedSession())).rejects.toMatchObject({ code: 'SCHEMA_DRIFT' });
  });
});

it.each([{}, { owner: 'octokit-fixture-org' }])(
  'says what is missing where the metadata name no repository: %o',
  async (metadata) => {
    const integration = await connect(metadata);
    const refusal = { code: 'METADATA_INVALID', message: expect.stringContaining('`owner` and `repo`') };
    await expect(github.sync(integration, testedSession())).rejects.toMatchObject(refusal);
    await expect(github.syncIncremental(integration, testedSession())).rejects.toMatchObject(refusal);
  },
);

it('is synced every five minutes, with sixty calls a minute', () => {
  expect(github.defaultSyncInterval()).toBe(5);
  expect(github.defaultRateLimit()).toMatchObject({ limit: 60, seconds: 60 });
});

it('moves its cursor to the latest time', () => {
  const times = ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', '2026-02-01T00:00:00Z'];
  expect(github.reduceCheckpoints(times)).toBe('2026-03-01T00:00:00Z');
});
