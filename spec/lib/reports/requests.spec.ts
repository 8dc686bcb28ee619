import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationDocument, ListRequestsOptions } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';
import { storeCalls, times } from '../monitoring/stored-calls.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);

let integration: IntegrationDocument;

beforeEach(async () => {
  await local.integrations.models.IntegrationRequest.deleteMany();
  integration = await local.integrations.create({ provider: 'local', name: 'Own', credentials: { token: localToken } });
});

const store = (calls: Parameters<typeof storeCalls>[2], owner = integration._id) =>
  storeCalls(local.integrations.models, owner, calls);
const endpointsOf = async (options?: ListRequestsOptions) =>
  (await local.integrations.requests.list(options)).requests.map(({ endpoint }) => endpoint);

describe('the list of calls', () => {
  it('has the newest first, with what came of them, and none of what was sent', async () => {
    await store([
      { endpoint: '/old', minutesAgo: 60 },
      { endpoint: '/failed', failureClass: 'upstream', statusCode: 503, message: 'down', earlier: 'throttle' },
    ]);
    const { requests, next } = await local.integrations.requests.list({ target: integration });
    expect(next).toBeNull();
    expect(requests).toEqual([
      {
        ...{ id: expect.stringMatching(/^[\da-f]{24}$/), integrationId: integration.id },
        ...{
          endpoint: '/failed',
          method: 'GET',
          statusCode: 503,
          failed: true,
          failureClass: 'upstream',
          error: 'down',
        },
        ...{ attempts: 2, durationMs: 1, cacheHits: 0, createdAt: expect.any(Date) },
      },
      expect.objectContaining({ endpoint: '/old', failed: false, failureClass: null, error: null, attempts: 1 }),
    ]);
  });

  it.each<[string, ListRequestsOptions, readonly string[]]>([
    ['failed', { failed: true }, ['/b', '/c']],
    ['not failed', { failed: false }, ['/a', '/d']],
    ['of a failure class', { failureClass: 'client' }, ['/c']],
    ['of an endpoint', { endpoint: '/d' }, ['/d']],
    ['of a method', { method: 'POST' }, ['/c']],
    ['since then', { since: new Date(Date.now() - 150_000) }, ['/a', '/b']],
    ['of a provider', { provider: 'local' }, ['/a', '/b', '/c', '/d']],
    ['of a provider that has none', { provider: 'other' }, []],
    ['failed, of a provider', { provider: 'local', failed: true }, ['/b', '/c']],
  ])('can be of those that are %s, of one and of all integrations', async (_what, options, endpoints) => {
    await store([
      { endpoint: '/a', minutesAgo: 1 },
      { endpoint: '/b', minutesAgo: 2, failureClass: 'upstream' },
      { endpoint: '/c', minutesAgo: 3, failureClass: 'client', method: 'POST' },
      { endpoint: '/d', minutesAgo: 4 },
    ]);
    expect((await endpointsOf({ ...options, target: integration })).sort()).toEqual(endpoints);
    expect((await endpointsOf(options)).sort()).toEqual(endpoints);
  });

  it.each<[string, ListRequestsOptions]>([
    ['all', {}],
    ['all that failed', { failed: true }],
    ['those of a provider', { provider: 'local' }],
  ])('comes page by page, each call once, also of %s that began in the same moment', async (_what, options) => {
    await store(times(11, { failureClass: 'upstream' }));
    await local.integrations.models.IntegrationRequest.collection.updateMany({}, { $set: { createdAt: new Date() } });
    const earlier = await local.integrations.models.IntegrationRequest.countDocuments();
    for (const which of [options, { ...options, target: integration }]) {
      const seen: string[] = [];
      for (let after: string | null = null, pages = 0; pages === 0 || after !== null; pages += 1) {
        const page = await local.integrations.requests.list({ ...which, limit: 3, after });
        seen.push(...page.requests.map(({ id }) => id));
        after = page.next;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(earlier);
    }
  });

  it.each([
    ['OPTIONS_INVALID', { limit: 0 }],
    ['OPTIONS_INVALID', { after: 'x' }],
    ['OPTIONS_INVALID', { after: '.' }],
    ['OPTIONS_INVALID', { since: new Date(Number.NaN) }],
    ['OPTIONS_INVALID', { failureClass: 'bad' as 'local' }],
    ['OPTIONS_INVALID', { failureClass: 'client' as const, failed: false }],
    ['INTEGRATION_NOT_FOUND', { target: 'none' }],
  ])('is refused with %s for %o', async (code, options) => {
    await expect(local.integrations.requests.list(options)).rejects.toMatchObject({ code });
  });
});

describe('one call', () => {
  it('is shown with its attempts and bodies, as redacted as it was stored', async () => {
    let calls = 0;
    upstream.answer((_request, response) => {
      calls += 1;
      response
        .writeHead(calls === 1 ? 503 : 200, { 'content-type': 'application/json' })
        .end('{"password":"hunter2","a":1}');
    });
    await integration.at('/login').withData({ password: 'hunter3', user: 'jane' }).withAttempts(2).post();
    const [listed] = (await local.integrations.requests.list({ target: integration })).requests;
    const shown = await local.integrations.requests.show(listed?.id ?? '');
    expect(shown).toMatchObject({
      ...{ id: listed?.id, integrationId: integration.id, endpoint: '/login', method: 'POST', statusCode: 200 },
      attempts: [
        { number: 1, statusCode: 503, failureClass: 'upstream' },
        { number: 2, statusCode: 200, failureClass: null },
      ],
    });
    expect(shown.requestData).toContain('jane');
    expect(JSON.stringify(shown)).not.toMatch(/hunter|local-token/);
    expect(JSON.parse(JSON.stringify(shown))).toMatchObject({ id: listed?.id, retryOfId: null });
  });

  it.each(['none', new Types.ObjectId()])('that is not there is refused: %s', async (target) => {
    await expect(local.integrations.requests.show(target)).rejects.toMatchObject({ code: 'REQUEST_NOT_FOUND' });
  });
});
