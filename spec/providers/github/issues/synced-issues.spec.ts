import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGitHubApi, type GitHubApi } from '../../../../docs/examples/demo/github-api/index.js';
import { createIntegrations, type Integrations, type IntegrationOf } from '../../../../lib/index.js';
import { github, issueSynced, type GitHubIssue } from '../../../../providers/github/index.js';
import { useDatabase } from '../../../support/database.js';

const many = '/repos/octokit-fixture-org/many-issues/issues';
const SYNC_TIMEOUT_MS = 60_000;

const database = useDatabase();
let integrations: Integrations<Record<'github', typeof github>>;
let api: GitHubApi;
let integration: IntegrationOf<typeof github>;
/** What listeners got, in this test. */
let handled: GitHubIssue[];
/** The number of the issue that no listener can handle. */
let poison: number | null;

beforeAll(async () => {
  integrations = createIntegrations({
    connection: database.connection,
    providers: { github },
    encryptionKeys: [{ id: 'a', secret: Buffer.alloc(32, 1).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    sync: { itemTries: 1 },
    logger: false,
  });
  integrations.onSyncItem(issueSynced, ({ payload }) => {
    if (payload.number === poison) throw new Error('This one cannot be handled.');
    handled.push(payload);
  });
  // Not started: a sync that is waited for is run by this process, and no other one is.
  await integrations.install();
});

afterAll(() => integrations.close());

beforeEach(async () => {
  handled = [];
  poison = null;
  api = await startGitHubApi({ manyIssues: 150 });
  integration = await integrations.create({
    provider: 'github',
    name: 'Local',
    credentials: { token: api.token },
    metadata: { owner: 'octokit-fixture-org', repo: 'many-issues', baseUrl: api.url },
  });
  return () => api.close();
}, SYNC_TIMEOUT_MS);

const sync = () => integrations.sync(integration, { wait: true });
const timeOf = (number: number) => handled.find((issue) => issue.number === number)?.updated_at;

async function change(number: number): Promise<void> {
  const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ title: 'Changed' });
  await fetch(`${api.url}${many}/${String(number)}`, { method: 'PATCH', headers, body });
}

async function storedCursor(): Promise<unknown> {
  return (await integrations.findOrFail(integration.id)).syncCursor;
}

describe('a synced repository', { timeout: SYNC_TIMEOUT_MS }, () => {
  it('has each of its issues handled once, and its cursor at the last one', async () => {
    await expect(sync()).resolves.toMatchObject({ succeeded: 150, failed: 0 });
    expect(handled.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 150 }, (_, index) => index + 1),
    );
    expect(await storedCursor()).toBe(timeOf(150));
  });

  it('has what changes handled by the next sync, with what is within the hour before', async () => {
    await sync();
    handled = [];
    await change(7);
    await sync();
    expect(handled).toContainEqual(expect.objectContaining({ number: 7, title: 'Changed' }));
    expect(handled.map(({ number }) => number)).not.toContain(8);
    expect(handled.length).toBeLessThan(125);
  });

  it('keeps its cursor before an issue that cannot be handled, and goes on with the others', async () => {
    poison = 20;
    await expect(sync()).resolves.toMatchObject({ succeeded: 149, failed: 1 });
    expect(await storedCursor()).toBe(timeOf(19));
    poison = null;
    handled = [];
    await sync();
    expect(timeOf(20)).toBeDefined();
    expect(await storedCursor()).toBe(timeOf(150));
  });
});
