import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startGitHubApi, type GitHubApi, type GitHubApiOptions } from '../../docs/examples/demo/github-api/index.js';
import { verifySignature, type WebhookRequest } from '../../lib/index.js';
import { freePort } from '../support/free-port.js';
import { useHttpServer } from '../support/http-server.js';
import { loadRecordings, recordedAnswer } from '../../docs/examples/demo/github-api/recordings.js';
import { waitFor } from '../support/wait-for.js';

const issues = '/repos/octokit-fixture-org/paginate-issues/issues';
const issueList = z.array(z.object({ number: z.number(), title: z.string() }));
const started: GitHubApi[] = [];

type Init = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

async function start(options?: GitHubApiOptions): Promise<GitHubApi> {
  const api = await startGitHubApi(options);
  started.push(api);
  return api;
}

/** Sends a request with the accepted token; `to` is a path, or a whole address taken from an answer. */
async function call(api: GitHubApi, to: string, init: Init = {}): Promise<Response> {
  return await fetch(new URL(to, api.url), {
    ...init,
    headers: { authorization: `Bearer ${api.token}`, ...init.headers },
  });
}

async function send(api: GitHubApi, method: string, to: string, body: unknown): Promise<Response> {
  return await call(api, to, { method, body: JSON.stringify(body) });
}

async function numbers(response: Response): Promise<number[]> {
  return issueList.parse(await response.json()).map(({ number }) => number);
}

function nextPage(response: Response): string | undefined {
  return /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
}

afterEach(async () => {
  for (const api of started.splice(0)) await api.close();
});

describe('the recorded answers', () => {
  it('serves every recorded page of issues as it was recorded, links included', async () => {
    const api = await start();
    const recorded = loadRecordings(api.url).filter(({ path }) => path.includes('/issues?per_page=3'));
    expect(recorded).toHaveLength(5);
    for (const { path, response, headers } of recorded) {
      const answer = await call(api, path);
      expect(await answer.json()).toEqual(response);
      expect(answer.headers.get('link')).toBe(headers.link);
    }
  });

  it('serves the other recorded GET answers in the order they were recorded', async () => {
    const api = await start();
    const inMemory = /\/issues\?|\/labels$|^\/repos\/[^/]+\/hello-world$/;
    const recorded = loadRecordings(api.url).filter(({ method, path }) => method === 'GET' && !inMemory.test(path));
    for (const { path, status, response, responseIsBinary } of recorded) {
      const answer = await call(api, path, { redirect: 'manual' });
      const body = Buffer.from(await answer.arrayBuffer());
      const expected = typeof response === 'string' ? response : JSON.stringify(response);
      expect([path, answer.status]).toEqual([path, status]);
      expect(body.toString(responseIsBinary ? 'hex' : 'utf8')).toBe(expected);
    }
  });

  it('refuses a label with the recorded 422', async () => {
    const api = await start();
    const path = '/repos/octokit-fixture-org/errors/labels';
    const answer = await send(api, 'POST', path, { name: 'foo', color: 'invalid' });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toEqual(recordedAnswer(loadRecordings(api.url), 'POST', path).response);
  });

  it('follows a renamed repository to its new address on the local server', async () => {
    const api = await start();
    const answer = await call(api, '/repos/octokit-fixture-org/rename-repository');
    expect(answer.url).toBe(`${api.url}/repositories/1000`);
    expect(await answer.json()).toMatchObject({ name: 'rename-repository-newname' });
  });
});

describe('credentials', () => {
  it.each([
    [undefined, 'Requires authentication'],
    ['Bearer wrong', 'Bad credentials'],
    ['Basic c2VjcmV0', 'Bad credentials'],
  ])('refuses authorization %s', async (authorization, message) => {
    const api = await start({ token: 'secret' });
    const answer = await fetch(`${api.url}/user`, authorization ? { headers: { authorization } } : {});
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ message, documentation_url: 'https://docs.github.com/rest', status: '401' });
  });

  it.each(['Bearer', 'token'])('accepts the scheme %s', async (scheme) => {
    const api = await start({ token: 'secret' });
    const answer = await fetch(`${api.url}/user`, { headers: { authorization: `${scheme} secret` } });
    expect(await answer.json()).toMatchObject({ login: 'octokit-fixture-user-a' });
  });

  it('gives each token its own account', async () => {
    const api = await start({ token: ['first', 'second'] });
    const answer = await call(api, '/user', { headers: { authorization: 'Bearer second' } });
    expect(await answer.json()).toMatchObject({ login: 'octokit-fixture-user-b' });
  });
});

describe('repositories', () => {
  it('describes a repository', async () => {
    const api = await start();
    const answer = await call(api, '/repos/octokit-fixture-org/paginate-issues');
    expect(await answer.json()).toMatchObject({
      id: 1000,
      full_name: 'octokit-fixture-org/paginate-issues',
      issues_url: `${api.url}${issues}{/number}`,
      open_issues_count: 13,
    });
  });

  it.each([
    '/repos/octokit-fixture-org/unknown',
    '/repos/octokit-fixture-org/unknown/issues',
    `${issues}/99`,
    '/nowhere',
  ])('answers 404 to %s', async (path) => {
    const api = await start();
    const answer = await call(api, path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ message: 'Not Found' });
  });
});

describe('listing issues', () => {
  it('lists all pages through the links', async () => {
    const api = await start();
    const found: number[] = [];
    let page: string | undefined = `${issues}?per_page=5`;
    while (page) {
      const answer: Response = await call(api, page);
      found.push(...(await numbers(answer)));
      page = nextPage(answer);
    }
    expect(found).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(api.requests.map(({ query }) => query.page)).toEqual([undefined, '2', '3']);
  });

  it('sends no link when one page holds everything', async () => {
    const api = await start();
    const answer = await call(api, issues);
    expect(await numbers(answer)).toHaveLength(13);
    expect(answer.headers.get('link')).toBeNull();
  });
});

describe('many issues', () => {
  const many = '/repos/octokit-fixture-org/many-issues/issues';

  it('are listed in the order in which they were updated, half a minute one after the other', async () => {
    const api = await start({ manyIssues: 25 });
    const answer = await call(api, `${many}?sort=updated&direction=asc&per_page=10`);
    expect(await numbers(answer)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await numbers(await call(api, nextPage(answer) ?? ''))).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    const since = new Date(Date.now() - 75_000).toISOString();
    expect(await numbers(await call(api, `${many}?sort=updated&direction=asc&since=${since}`))).toEqual([23, 24, 25]);
  });

  it('are not there unless they are asked for', async () => {
    const api = await start();
    expect((await call(api, many)).status).toBe(404);
  });
});

describe('changing issues', () => {
  it('creates an issue that later answers show', async () => {
    const api = await start();
    const answer = await send(api, 'POST', issues, { title: 'It breaks', body: 'Often.', labels: ['bug', 'mine'] });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`${api.url}${issues}/14`);
    const created = await (await call(api, `${issues}/14`)).json();
    expect(created).toMatchObject({
      number: 14,
      title: 'It breaks',
      body: 'Often.',
      state: 'open',
      user: { login: 'octokit-fixture-user-a' },
      labels: [
        { name: 'bug', color: 'd73a4a' },
        { name: 'mine', color: 'ededed' },
      ],
    });
    expect(await numbers(await call(api, `${issues}?labels=BUG,mine`))).toEqual([14]);
    expect(await numbers(await call(api, `${issues}?since=2020-01-01T00:00:00Z`))).toEqual([14]);
    expect(await numbers(await call(api, `${issues}?since=2017-10-10T16:00:00Z`))).toHaveLength(14);
  });

  it('closes, lists by state and reopens', async () => {
    const api = await start();
    const closed = await send(api, 'PATCH', `${issues}/7`, { state: 'closed', title: 'Done' });
    expect(await closed.json()).toMatchObject({ state: 'closed', state_reason: 'completed', title: 'Done' });
    expect(await numbers(await call(api, `${issues}?state=closed`))).toEqual([7]);
    expect(await numbers(await call(api, issues))).not.toContain(7);
    expect(await numbers(await call(api, `${issues}?state=all&sort=updated`))).toEqual([
      7, 13, 12, 11, 10, 9, 8, 6, 5, 4, 3, 2, 1,
    ]);
    const reopened = await send(api, 'PATCH', `${issues}/7`, { state: 'open' });
    expect(await reopened.json()).toMatchObject({ state: 'open', closed_at: null, closed_by: null });
  });
});

describe('labels', () => {
  it('adds labels to an issue', async () => {
    const api = await start();
    const path = '/repos/octokit-fixture-org/add-labels-to-issue/issues';
    await send(api, 'POST', path, { title: 'Issue without a label' });
    const answer = await send(api, 'POST', `${path}/1/labels`, { labels: ['Foo', 'bAr', 'baZ'] });
    expect(await answer.json()).toMatchObject([{ name: 'Foo' }, { name: 'bAr' }, { name: 'baZ' }]);
  });
});

describe('refused changes', () => {
  it.each([
    ['POST', issues, {}, { code: 'missing_field', field: 'title' }],
    ['POST', issues, { title: '' }, { code: 'missing_field', field: 'title' }],
    ['PATCH', `${issues}/1`, { state: 'gone' }, { code: 'invalid', field: 'state' }],
  ])('refuses %s %s with %j', async (method, path, body, error) => {
    const api = await start();
    const answer = await send(api, method, path, body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      message: 'Validation Failed',
      errors: [{ resource: 'Issue', ...error }],
    });
  });

  it('answers 400 to a body that is not JSON', async () => {
    const api = await start();
    const answer = await call(api, issues, { method: 'POST', body: '{' });
    expect([answer.status, await answer.json()]).toMatchObject([400, { message: 'Problems parsing JSON' }]);
  });
});

describe('headers', () => {
  it('gives every answer its own request id, recorded with the request', async () => {
    const api = await start();
    const ids = [await call(api, '/user'), await call(api, '/nowhere')].map(({ headers }) =>
      headers.get('x-github-request-id'),
    );
    expect(new Set(ids).size).toBe(2);
    expect(api.requests.map(({ requestId }) => requestId)).toEqual(ids);
  });

  it('counts the rate limit down for each token, to 403', async () => {
    const api = await start({ token: ['first', 'second'], rateLimit: 2 });
    const remaining = async (token: string): Promise<[number, string | null]> => {
      const { status, headers } = await call(api, '/user', { headers: { authorization: `Bearer ${token}` } });
      return [status, headers.get('x-ratelimit-remaining')];
    };
    expect(await remaining('first')).toEqual([200, '1']);
    expect(await remaining('first')).toEqual([200, '0']);
    expect(await remaining('first')).toEqual([403, '0']);
    expect(await remaining('second')).toEqual([200, '1']);
  });

  it('tells when the limit resets, in seconds', async () => {
    const { headers } = await call(await start(), '/user');
    const seconds = Number(headers.get('x-ratelimit-reset')) - Date.now() / 1000;
    expect(seconds).toBeGreaterThan(3590);
    expect(seconds).toBeLessThan(3602);
  });

  it('answers 304 for free while nothing changed', async () => {
    const api = await start();
    const first = await call(api, issues);
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    const again = await call(api, issues, { headers });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('x-ratelimit-used')).toBe('1');
    await send(api, 'PATCH', `${issues}/1`, { title: 'Changed' });
    expect((await call(api, issues, { headers })).status).toBe(200);
  });
});

describe('enqueued faults', () => {
  it('happen to the next requests, in order', async () => {
    const api = await start();
    api.failNext([{ status: 503, retryAfter: 2 }, {}, { status: 429 }]);
    const answers = [
      await call(api, '/user'),
      await call(api, '/user'),
      await call(api, '/user'),
      await call(api, '/user'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([503, 200, 429, 200]);
    expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(['2', null, null, null]);
    expect(await answers[2]?.text()).toContain('secondary rate limit');
    expect(api.requests.map(({ status }) => status)).toEqual([503, 200, 429, 200]);
  });

  it('delay an answer', async () => {
    const api = await start();
    api.failNext([{ delayMs: 100 }]);
    const before = performance.now();
    expect((await call(api, '/user')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(90);
  });

  it('reset the connection', async () => {
    const api = await start();
    api.failNext([{ reset: true }]);
    await expect(call(api, '/user')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(api.requests[0]).not.toHaveProperty('status');
  });
});

describe('a failed request', () => {
  it('leaves the data alone unless the fault comes after the work', async () => {
    const api = await start();
    api.failNext([{ status: 502 }, { reset: true }, { status: 504, applied: true }, { reset: true, applied: true }]);
    for (const title of ['lost', 'lost', 'kept', 'kept too'])
      await send(api, 'POST', issues, { title }).catch(() => undefined);
    const answer = await call(api, `${issues}?per_page=2`);
    expect(await answer.json()).toMatchObject([{ title: 'kept too' }, { title: 'kept' }]);
    expect((await numbers(await call(api, issues))).length).toBe(15);
  });
});

describe('scheduled faults', () => {
  it('come back every n-th request', async () => {
    const api = await start({ faults: { every: 2, faults: [{ status: 503 }, { status: 502 }] } });
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) statuses.push((await call(api, '/user')).status);
    expect(statuses).toEqual([200, 503, 200, 502, 200, 503]);
  });

  it('are the same for the same seed', async () => {
    const statuses = async (seed: number): Promise<number[]> => {
      const api = await start({ faults: { seed, rate: 0.5, faults: [{ status: 503 }] } });
      const found: number[] = [];
      for (let count = 0; count < 20; count += 1) found.push((await call(api, '/user')).status);
      return found;
    };
    const first = await statuses(1);
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await statuses(1)).toEqual(first);
    expect(await statuses(2)).not.toEqual(first);
  });
});

describe('admin calls', () => {
  it('enqueue faults and give the recorded requests', async () => {
    const api = await start();
    expect((await fetch(`${api.url}/_admin/faults`, { method: 'POST', body: '[{ "status": 503 }]' })).status).toBe(204);
    expect((await fetch(`${api.url}/_admin/faults`, { method: 'POST', body: '[{ "typo": 1 }]' })).status).toBe(400);
    expect((await call(api, '/user')).status).toBe(503);
    const requests = await (await fetch(`${api.url}/_admin/requests`)).json();
    expect(requests).toMatchObject([{ method: 'GET', path: '/user', status: 503, fault: { status: 503 } }]);
  });
});

describe('requests', () => {
  it('keep what was sent', async () => {
    const api = await start();
    await send(api, 'POST', `${issues}?page=1`, { title: 'New' });
    expect(api.requests).toMatchObject([
      {
        method: 'POST',
        path: issues,
        query: { page: '1' },
        headers: { authorization: `Bearer ${api.token}` },
        body: { title: 'New' },
        status: 201,
      },
    ]);
  });
});

describe('the process', () => {
  it('prints its address and closes on SIGTERM', async () => {
    const main = fileURLToPath(new URL('../../docs/examples/demo/github-api/main.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', main, '--token', 'secret'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = z.tuple([z.string()]).parse(await once(child.stdout.setEncoding('utf8'), 'data'));
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(line));
    const answer = await fetch(`${url}/user`, { headers: { authorization: 'Bearer secret' } });
    expect(answer.status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 20_000);
});

describe('webhooks', () => {
  const server = useHttpServer();
  const received: WebhookRequest[] = [];
  const repository = 'octokit-fixture-org/paginate-issues';

  /** An application that answers so. */
  async function open(status: number) {
    received.splice(0);
    server.answer(async (message, response) => {
      const { headers } = message;
      const rawBody = await buffer(message);
      received.push({ method: message.method ?? '', url: message.url ?? '', headers, rawBody, json: () => null });
      response.writeHead(status).end('seen');
    });
    const api = await start();
    const ping = await api.webhooks.add({ repository, url: `${server.origin}/hook`, secret: 'secret' });
    return { api, ping };
  }

  it('begin with a ping', async () => {
    const { api, ping } = await open(200);
    expect(ping).toMatchObject({ event: 'ping', action: null, status: 200, answer: 'seen' });
    expect(api.webhooks.deliveries).toEqual([ping]);
  });

  it('tell of issues that are opened in their repository, signed', async () => {
    const { api } = await open(200);
    await send(api, 'POST', '/repos/octokit-fixture-org/hello-world/issues', { title: 'Elsewhere' });
    await send(api, 'POST', issues, { title: 'Here' });
    await waitFor(() => expect(received).toHaveLength(2));
    const [, told] = received;
    expect(told?.headers).toMatchObject({ 'x-github-event': 'issues' });
    expect(JSON.parse(String(told?.rawBody))).toMatchObject({
      action: 'opened',
      issue: { title: 'Here' },
      repository: { full_name: repository, owner: { login: 'octokit-fixture-org' } },
      sender: { login: 'octokit-fixture-user-a' },
    });
    for (const request of received) {
      expect(verifySignature('github', { ...request, secrets: ['secret'] })).toEqual({ valid: true });
    }
  });

  it('are delivered again when somebody asks for it, under the same id, and not before', async () => {
    const { api, ping } = await open(503);
    expect(ping.status).toBe(503);
    expect(await api.webhooks.redeliver(ping)).toEqual(ping);
    const [first, second, third] = received;
    expect(second?.headers['x-github-delivery']).toBe(first?.headers['x-github-delivery']);
    expect(second?.rawBody).toEqual(first?.rawBody);
    expect(third).toBeUndefined();
  });

  it('that nobody answers have no status', async () => {
    const api = await start();
    const ping = await api.webhooks.add({ repository, url: `http://127.0.0.1:${await freePort()}/`, secret: 'x' });
    expect(ping).toMatchObject({ status: null, answer: '' });
  });
});

describe('the authorization of apps', () => {
  const callbackUrl = 'http://127.0.0.1:1/callback';

  async function open(kind: 'github-app' | 'oauth-app', query: Record<string, string> = {}) {
    const api = await start();
    const app = api.authorizationServer.register({ kind, callbackUrl });
    const authorize = async (more: Record<string, string> = {}) => {
      const asked = new URLSearchParams({ client_id: app.clientId, state: 's', ...query, ...more });
      const { status, headers } = await fetch(`${api.url}/login/oauth/authorize?${asked.toString()}`, {
        redirect: 'manual',
      });
      const location = headers.get('location');
      return { status, sent: Object.fromEntries(new URL(location ?? 'none:').searchParams) };
    };
    const token = async (form: Record<string, string>, accept = 'application/json') => {
      const body = new URLSearchParams({
        client_id: app.clientId,
        client_secret: app.clientSecret,
        ...form,
      }).toString();
      const answer = await fetch(`${api.url}/login/oauth/access_token`, { method: 'POST', headers: { accept }, body });
      return { status: answer.status, text: await answer.text() };
    };
    const tokens = async (form: Record<string, string>): Promise<Record<string, unknown>> => {
      const { text } = await token(form);
      return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    };
    const connect = async () => tokens({ code: (await authorize()).sent.code ?? '' });
    const remove = async (what: string, accessToken: unknown, secret = app.clientSecret) => {
      const authorization = `Basic ${Buffer.from(`${app.clientId}:${secret}`).toString('base64')}`;
      const body = JSON.stringify({ access_token: accessToken });
      const init = { method: 'DELETE', headers: { authorization }, body };
      return (await fetch(`${api.url}/applications/${app.clientId}/${what}`, init)).status;
    };
    const login = async (accessToken: unknown): Promise<unknown> => {
      const answer = await call(api, '/user', { headers: { authorization: `Bearer ${String(accessToken)}` } });
      return answer.status === 200 ? z.object({ login: z.string() }).parse(await answer.json()).login : answer.status;
    };
    return { api, app, authorize, token, tokens, connect, remove, login };
  }

  it('gives a GitHub App tokens that expire, and rotate', async () => {
    const { api, connect, tokens, login } = await open('github-app');
    const first = await connect();
    expect(first).toEqual({
      access_token: expect.stringMatching(/^ghu_\w{36}$/),
      expires_in: 28_800,
      refresh_token: expect.stringMatching(/^ghr_\w{76}$/),
      refresh_token_expires_in: 15_897_600,
      token_type: 'bearer',
      scope: '',
    });
    api.authorizationServer.expireAccessTokens();
    expect(await login(first.access_token)).toBe(401);
    const refresh = { grant_type: 'refresh_token', refresh_token: String(first.refresh_token) };
    expect(await login((await tokens(refresh)).access_token)).toBe('octokit-fixture-user-a');
    expect(await tokens(refresh)).toMatchObject({ error: 'bad_refresh_token' });
  });

  it('gives an OAuth app tokens that do not expire, and have scopes', async () => {
    const { api, connect, login } = await open('oauth-app', { scope: 'repo,gist' });
    const given = await connect();
    expect(given).toEqual({
      access_token: expect.stringMatching(/^gho_\w{36}$/),
      token_type: 'bearer',
      scope: 'repo,gist',
    });
    api.authorizationServer.expireAccessTokens();
    expect(await login(given.access_token)).toBe('octokit-fixture-user-a');
  });

  it('is as its user decides', async () => {
    const { api, authorize, connect, login } = await open('oauth-app', { scope: 'repo,gist' });
    api.authorizationServer.decide({ login: 'octokit-fixture-user-b', scopes: ['gist'] });
    const { access_token, scope } = await connect();
    expect([await login(access_token), scope]).toEqual(['octokit-fixture-user-b', 'gist']);
    api.authorizationServer.decide({ agrees: false });
    expect(await authorize()).toMatchObject({ status: 302, sent: { error: 'access_denied', state: 's' } });
  });

  it('refuses at 200, and answers with a form unless JSON is asked for', async () => {
    const { token, connect } = await open('github-app');
    const refusal = await token({ code: 'made up' }, '*/*');
    expect(refusal.status).toBe(200);
    expect(Object.fromEntries(new URLSearchParams(refusal.text))).toMatchObject({ error: 'bad_verification_code' });
    expect((await token({ client_secret: 'wrong' })).text).toContain('incorrect_client_credentials');
    expect(await connect()).toHaveProperty('access_token');
  });

  it('takes a code once, with the proof that belongs to it', async () => {
    const code_challenge = createHash('sha256').update('proof').digest('base64url');
    const { authorize, tokens } = await open('github-app', { code_challenge, code_challenge_method: 'S256' });
    const { code = '' } = (await authorize()).sent;
    expect(await tokens({ code, code_verifier: 'proof' })).toHaveProperty('access_token');
    expect(await tokens({ code, code_verifier: 'proof' })).toMatchObject({ error: 'bad_verification_code' });
    const another = (await authorize()).sent.code ?? '';
    expect(await tokens({ code: another })).toMatchObject({ error: 'bad_verification_code' });
  });

  it('sends nobody elsewhere than the app is registered for', async () => {
    const { authorize } = await open('github-app');
    expect((await authorize({ client_id: 'unknown' })).status).toBe(404);
    const elsewhere = await authorize({ redirect_uri: 'http://127.0.0.1:2/' });
    expect(elsewhere.sent).toEqual({ error: 'redirect_uri_mismatch', state: 's' });
  });

  it('ends with a token, or with all of a user', async () => {
    const { connect, remove, login } = await open('github-app');
    const [first, second, third] = [await connect(), await connect(), await connect()];
    expect(await remove('token', first.access_token, 'wrong')).toBe(401);
    expect(await remove('token', first.access_token)).toBe(204);
    expect(await remove('token', first.access_token)).toBe(404);
    expect([await login(first.access_token), await login(second.access_token)]).toEqual([
      401,
      'octokit-fixture-user-a',
    ]);
    expect(await remove('grant', second.access_token)).toBe(204);
    expect([await login(second.access_token), await login(third.access_token)]).toEqual([401, 401]);
  });
});
