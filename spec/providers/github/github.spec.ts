import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGitHubApi, type GitHubApi } from '../../../docs/examples/demo/github-api/index.js';
import { createIntegrations, isIntegrationError, type Integrations, type IntegrationOf } from '../../../lib/index.js';
import { github, type GitHubMetadata } from '../../../providers/github/index.js';
import { useDatabase } from '../../support/database.js';

const repository = { owner: 'octokit-fixture-org', repo: 'paginate-issues' };

const database = useDatabase();
let api: GitHubApi;
let integrations: Integrations<Record<'github', typeof github>>;
let guarded: Integrations<Record<'github', typeof github>>;
let sent: number;

beforeAll(async () => {
  api = await startGitHubApi();
  const options = {
    connection: database.connection,
    providers: { github },
    encryptionKeys: [{ id: 'a', secret: Buffer.alloc(32, 1).toString('base64') }],
    retry: { maxDelayMs: 1 },
    // No sync makes calls beside those of the tests.
    jobs: { enabled: false },
    logger: false,
  } as const;
  integrations = createIntegrations({ ...options, http: { allowedPrivateHosts: [new URL(api.url).host] } });
  guarded = createIntegrations({ ...options, prefix: 'guarded' });
  await integrations.start();
  await guarded.start();
});

afterAll(async () => {
  await integrations.close();
  await guarded.close();
  await api.close();
});

beforeEach(() => {
  sent = api.requests.length;
});

/** An integration with the local API. */
function connect(
  metadata: Partial<GitHubMetadata> = repository,
  { token = api.token, instance = integrations } = {},
): Promise<IntegrationOf<typeof github>> {
  const baseUrl = api.url;
  return instance.create({
    provider: 'github',
    name: 'Local',
    credentials: { token },
    metadata: { baseUrl, ...metadata },
  });
}

function requestsSent() {
  return api.requests.slice(sent);
}

describe('a call to GitHub', () => {
  it('carries the token, the media type and the version of the API, and finds the repository in the metadata', async () => {
    const integration = await connect();
    const issues = await integration.at('/repos/{owner}/{repo}/issues').withData({ per_page: 1 }).get();
    expect(issues).toEqual([expect.objectContaining({ number: expect.any(Number) })]);
    const [request] = requestsSent();
    expect(request).toMatchObject({ method: 'GET' });
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${api.token}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    });
  });

  it('records what GitHub says of the request and the rate limit', async () => {
    const integration = await connect();
    await integration.at('/user').get();
    const logged = await integration.requests().findOne({ endpoint: '/user' }).lean();
    expect(logged).toMatchObject({ statusCode: 200, providerRequestId: expect.stringMatching(/\S/) });
  });

  it('is tried again after a rate limit, and recorded as throttled', async () => {
    const integration = await connect();
    api.failNext([{ status: 403, retryAfter: 1 }]);
    await expect(integration.at('/user').get()).resolves.toMatchObject({ login: 'octokit-fixture-user-a' });
    expect(requestsSent()).toHaveLength(2);
    const logged = await integration.requests().findOne({ endpoint: '/user' }).lean();
    expect(logged?.attempts.map(({ failureClass }) => failureClass)).toEqual(['throttle', null]);
  });

  it('is not tried again where GitHub refuses for good', async () => {
    const integration = await connect();
    api.failNext([{ status: 403, body: '{"message":"Resource not accessible by personal access token"}' }]);
    await expect(integration.at('/user').get()).rejects.toMatchObject({ code: 'UPSTREAM_STATUS', statusCode: 403 });
    expect(requestsSent()).toHaveLength(1);
    const logged = await integration.requests().findOne({ endpoint: '/user' }).lean();
    expect(logged?.attempts.map(({ failureClass }) => failureClass)).toEqual(['client']);
  });

  it('fails for its credentials where the token is wrong', async () => {
    const integration = await connect(repository, { token: `ghp_${'x'.repeat(36)}` });
    await expect(integration.at('/user').get()).rejects.toMatchObject({ statusCode: 401 });
    const logged = await integration.requests().findOne({ endpoint: '/user' }).lean();
    expect(logged?.attempts.map(({ failureClass }) => failureClass)).toEqual(['auth']);
    expect(JSON.stringify(logged)).not.toContain('xxxx');
  });

  it('does not reach a private network that is not allowed', async () => {
    const integration = await connect(repository, { instance: guarded });
    await expect(integration.at('/user').get()).rejects.toSatisfy((error) =>
      isIntegrationError(error, 'PRIVATE_HOST_REFUSED'),
    );
    expect(requestsSent()).toEqual([]);
  });
});

describe("GitHub's health check", () => {
  it('asks for the repository, where the metadata name one', async () => {
    const integration = await connect();
    await expect(github.healthCheck(integration)).resolves.toBe(true);
    expect(requestsSent().map(({ path }) => path)).toEqual(['/repos/octokit-fixture-org/paginate-issues']);
  });

  it('asks for the user of the token, where they name none', async () => {
    const integration = await connect({});
    await expect(github.healthCheck(integration)).resolves.toBe(true);
    expect(requestsSent().map(({ path }) => path)).toEqual(['/user']);
  });

  it('fails for a repository that the token may not see, a wrong token, and an API that is broken or away', async () => {
    const wrongToken = { token: `ghp_${'x'.repeat(36)}` };
    await expect(github.healthCheck(await connect({ ...repository, repo: 'no-such' }))).resolves.toBe(false);
    await expect(github.healthCheck(await connect(repository, wrongToken))).resolves.toBe(false);
    await expect(github.healthCheck(await connect(repository, { instance: guarded }))).resolves.toBe(false);
    const integration = await connect();
    api.failNext([{ status: 503 }]);
    await expect(github.healthCheck(integration)).resolves.toBe(false);
    api.failNext([{ reset: true }]);
    await expect(github.healthCheck(integration)).resolves.toBe(false);
  });

  it('makes one attempt, whatever goes wrong', async () => {
    const integration = await connect();
    api.failNext([{ status: 503 }]);
    await github.healthCheck(integration);
    expect(requestsSent()).toHaveLength(1);
  });
});

describe('the authenticated user', () => {
  it('is the account of the token', async () => {
    const integration = await connect();
    await expect(github.authenticatedUser(integration)).resolves.toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'octokit-fixture-user-a',
      raw: expect.objectContaining({ login: 'octokit-fixture-user-a' }),
    });
  });

  it('has a name and an e-mail address where GitHub shows them; the log does not keep the address', async () => {
    const integration = await connect();
    const body = JSON.stringify({ id: 1, login: 'mona', name: 'Mona Lisa', email: 'mona@example.com' });
    api.failNext([{ status: 200, body }]);
    await expect(github.authenticatedUser(integration)).resolves.toMatchObject({
      id: '1',
      name: 'Mona Lisa',
      email: 'mona@example.com',
    });
    const logged = await integration.requests().findOne({ endpoint: '/user' }).lean();
    expect(JSON.stringify(logged)).toContain('Mona Lisa');
    expect(JSON.stringify(logged)).not.toContain('mona@example.com');
  });

  it('is refused where the answer is no user', async () => {
    const integration = await connect();
    api.failNext([{ status: 200, body: '{"login":"mona"}' }]);
    await expect(github.authenticatedUser(integration)).rejects.toMatchObject({ code: 'SCHEMA_DRIFT' });
  });
});
