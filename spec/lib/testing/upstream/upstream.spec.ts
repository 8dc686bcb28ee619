import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createIntegration,
  faults,
  pages,
  respond,
  sequence,
  startUpstream,
  tokenEndpoint,
  type Upstream,
} from '../../../../lib/testing/index.js';
import { RateLimit, type IntegrationDocument } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { useHttpServer } from '../../../support/http-server.js';
import { localToken, useLocalInstance } from '../../../support/local-instance.js';

let upstream: Upstream;
const local = useLocalInstance(useDatabase(), useHttpServer(), {
  provider: {
    defaultRateLimit: () => null,
    rateLimits: () => [],
    http: {
      baseUrl: () => upstream.origin,
      authorize: (request) => ({ ...request, headers: { ...request.headers, authorization: `Bearer ${localToken}` } }),
    },
  },
});
let integration: IntegrationDocument;
const at = (path: string) => integration.at(path).withAttempts(1);

beforeAll(async () => {
  upstream = await startUpstream();
});
beforeEach(async () => {
  upstream.reset();
  // Its own, because faults open circuits and suppress calls.
  integration = await createIntegration('local', { metadata: { owner: 'octocat' } });
  await local.integrations.rateLimits.override(integration, RateLimit.perMinute(10_000));
});
afterAll(() => upstream.close());

const code = (failure: string) => expect.objectContaining({ code: failure }) as unknown;

describe('routes', () => {
  it('answer with values, answers, sequences and functions, the most specific one', async () => {
    upstream
      .on('/issues/*', { id: 'any' })
      .on('GET:/issues/1', ({ query }) => ({ id: 1, state: query.state }))
      .on('/text', respond({ body: 'hello', headers: { 'x-request-id': 'r-1' } }))
      .on('/flow', sequence([1], [2]));
    await expect(at('/issues/1').withData({ state: 'open' }).get()).resolves.toEqual({ id: 1, state: 'open' });
    await expect(at('/issues/2').get()).resolves.toEqual({ id: 'any' });
    await expect(at('/text').get()).resolves.toBe('hello');
    const flow = [await at('/flow').get(), await at('/flow').get(), await at('/flow').get()];
    expect(flow).toEqual([[1], [2], null]);
    await expect(at('/nowhere').get()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('show what was sent, but no secrets where it is printed', async () => {
    upstream.on('POST:/issues', {});
    await at('/issues?access_token=abc123').withData({ title: 'x' }).post();
    const [request] = upstream.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/issues', query: { access_token: 'abc123' } });
    expect(request?.json()).toEqual({ title: 'x' });
    expect(request?.headers.authorization).toContain(localToken);
    expect(inspect(upstream.requests)).toMatch(/POST \/issues/);
    for (const hidden of [localToken, 'abc123']) expect(inspect(upstream.requests)).not.toContain(hidden);
  });
});

describe('faults', () => {
  it.each([
    [faults.reset(), 'CONNECTION_FAILED', 0],
    [faults.loseAnswer(), 'CONNECTION_FAILED', 1],
    [faults.breakOff(), 'CONNECTION_FAILED', 1],
    [faults.hang(), 'ATTEMPT_TIMEOUT', 0],
    [faults.delay(5_000), 'ATTEMPT_TIMEOUT', 1],
    [faults.slowBody(5_000), 'ATTEMPT_TIMEOUT', 1],
    [faults.malformedJson(), 'RESPONSE_NOT_JSON', 1],
    [faults.status(503), 'UPSTREAM_STATUS', 0],
    [faults.rateLimited(), 'UPSTREAM_STATUS', 0],
  ] as const)('%o: %s', async (fault, failure, effects) => {
    let ran = 0;
    upstream.on('/write', () => {
      ran += 1;
      return { id: 1, text: 'x'.repeat(100) };
    });
    upstream.failNext(fault);
    await expect(at('/write').withOptions({ timeoutMs: 250 }).post()).rejects.toEqual(code(failure));
    expect(ran).toBe(effects);
    expect(upstream.requests).toHaveLength(1);
  });

  it('come in the order in which they were queued, on the routes they are for, so many times', async () => {
    upstream.on('/a', 'a').on('/b', 'b');
    upstream.failNext(faults.status(500), { on: '/b', times: 2 }).failNext(faults.status(502));
    const statuses: unknown[] = [];
    for (const path of ['/a', '/b', '/b', '/b']) {
      statuses.push(await fetch(upstream.origin + path).then(({ status }) => status));
    }
    expect(statuses).toEqual([502, 500, 500, 200]);
  });

  it('may stand in the place of an answer, so that a call meets them and goes on', async () => {
    upstream.on('/flaky', sequence(faults.reset(), faults.status(503, { headers: { 'retry-after': '0' } }), { id: 1 }));
    await expect(integration.at('/flaky').withAttempts(3).get()).resolves.toEqual({ id: 1 });
    const logged = await integration.requests().findOne({ endpoint: '/flaky' }).orFail();
    expect(logged.attempts).toHaveLength(3);
  });

  it('are the same for the same seed', async () => {
    const fate = async (seed: number): Promise<number[]> => {
      upstream.reset();
      upstream.on('/a', 'a').failRandomly({ rate: 0.5, faults: [faults.status(500), faults.status(503)], seed });
      const statuses: number[] = [];
      for (let call = 0; call < 30; call += 1) statuses.push((await fetch(`${upstream.origin}/a`)).status);
      return statuses;
    };
    const first = await fate(3);
    expect(new Set(first)).toEqual(new Set([200, 500, 503]));
    await expect(fate(3)).resolves.toEqual(first);
    await expect(fate(4)).resolves.not.toEqual(first);
  });

  it('that cannot be are refused', () => {
    const invalid = expect.objectContaining({ code: 'OPTIONS_INVALID' }) as Error;
    expect(() => upstream.failNext(faults.reset(), { times: 0 })).toThrow(invalid);
    expect(() => upstream.failRandomly({ rate: 2, faults: [faults.reset()] })).toThrow(invalid);
    expect(() => faults.status(99)).toThrow(invalid);
  });

  it('of a route show in the answer', async () => {
    upstream.on('/a', () => {
      throw new RangeError('a mistake of the test');
    });
    const response = await fetch(`${upstream.origin}/a`);
    expect([response.status, await response.json()]).toEqual([500, { message: 'a mistake of the test' }]);
  });
});

describe('pages()', () => {
  it('list by Link headers, with repetitions', async () => {
    upstream.on('/things', pages([1, 2, 3, 4, 5], { size: 2, overlap: 1 }));
    upstream.failNext(faults.repeat(), { on: '/never' });
    const seen: unknown[] = [];
    for (let url: string | undefined = `${upstream.origin}/things?sort=up`; url !== undefined;) {
      const response: Response = await fetch(url);
      seen.push(await response.json());
      url = /<([^>]+sort=up[^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual([
      [1, 2],
      [2, 3, 4],
      [4, 5],
    ]);
  });

  it('come twice with faults.repeat()', async () => {
    upstream.on('/things', pages([1, 2, 3], { size: 1 }));
    const page = (number: number) =>
      fetch(`${upstream.origin}/things?page=${number}`).then((response) => response.json());
    await page(1);
    upstream.failNext(faults.repeat());
    expect([await page(2), await page(2)]).toEqual([[1], [2]]);
  });
});

describe('the clock', () => {
  it('is in the Date header and in Retry-After, frozen and advanced', async () => {
    const at = new Date('2031-01-01T00:00:00Z');
    upstream.on('/a', 1).on('/limited', faults.rateLimited({ retryAfterSeconds: 60, asDate: true }));
    upstream.clock.freeze(at);
    upstream.clock.advance({ hours: 1 });
    const { headers } = await fetch(`${upstream.origin}/a`);
    expect(headers.get('date')).toBe('Wed, 01 Jan 2031 01:00:00 GMT');
    const limited = await fetch(`${upstream.origin}/limited`);
    expect(limited.headers.get('retry-after')).toBe('Wed, 01 Jan 2031 01:01:00 GMT');
    expect(upstream.requests[0]?.receivedAt).toEqual(new Date('2031-01-01T01:00:00Z'));
    upstream.clock.release();
    expect(Math.abs(upstream.clock.now().getTime() - Date.now())).toBeLessThan(1_000);
  });

  it('is what tokens expire by', async () => {
    const tokens = tokenEndpoint({ clock: upstream.clock, expiresInSeconds: 60 });
    upstream
      .on('POST:/token', tokens.answer)
      .on('/me', (request) => tokens.accepts(request) || respond({ status: 401 }));
    upstream.clock.freeze();
    const ask = async (fields: Record<string, string>) => {
      const response = await fetch(`${upstream.origin}/token`, { method: 'POST', body: new URLSearchParams(fields) });
      return (await response.json()) as Record<string, unknown>;
    };
    const me = async (token: unknown) =>
      (await fetch(`${upstream.origin}/me`, { headers: { authorization: `Bearer ${String(token)}` } })).status;
    const first = await ask({ grant_type: 'authorization_code', code: 'c-1' });
    expect(first).toEqual({
      access_token: 'access-token-1',
      refresh_token: 'refresh-token-1',
      token_type: 'Bearer',
      expires_in: 60,
    });
    await expect(me(first.access_token)).resolves.toBe(200);
    upstream.clock.advance({ seconds: 60 });
    await expect(me(first.access_token)).resolves.toBe(401);
    const refresh = { grant_type: 'refresh_token', refresh_token: 'refresh-token-1' };
    const second = await ask(refresh);
    await expect(me(second.access_token)).resolves.toBe(200);
    await expect(ask(refresh)).resolves.toEqual({ error: 'invalid_grant' });
    upstream.failNext(faults.invalidGrant());
    await expect(ask({ grant_type: 'client_credentials' })).resolves.toEqual({ error: 'invalid_grant' });
    await expect(ask({ grant_type: 'client_credentials' })).resolves.not.toHaveProperty('refresh_token');
    await expect(ask({ grant_type: 'password' })).resolves.toEqual({ error: 'unsupported_grant_type' });
    tokens.revoke();
    await expect(ask({ ...refresh, refresh_token: 'refresh-token-2' })).resolves.toEqual({ error: 'invalid_grant' });
    await expect(me(second.access_token)).resolves.toBe(401);
    expect(tokens.given).toBe(3);
  });
});

describe('close()', () => {
  it('ends what hangs, and the port is free', async () => {
    const other = await startUpstream();
    other.on('/hang', faults.hang()).on('/slow', faults.delay(60_000));
    const calls = ['/hang', '/slow'].map((path) => fetch(other.origin + path).catch(() => 'ended'));
    await expect.poll(() => other.requests.length).toBe(2);
    await expect(startUpstream({ port: Number(new URL(other.origin).port) })).rejects.toEqual(code('OPTIONS_INVALID'));
    await other.close();
    await expect(Promise.all(calls)).resolves.toEqual(['ended', 'ended']);
  });
});
