import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inBackground } from '../../../lib/context.js';
import {
  createIntegrations,
  RateLimit,
  type AnyProvider,
  type IntegrationDocument,
  type Integrations,
  type ResponseMetadata,
} from '../../../lib/index.js';
import type { RateLimitRule } from '../../../providers/contracts.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';

const database = useDatabase();
const upstream = useHttpServer();
let integrations: Integrations;
let members: Partial<AnyProvider> = {};

beforeEach(async () => {
  members = {};
  // What a test sets counts for its calls: the provider is asked anew for each attempt.
  const provider = {
    ...localProvider(upstream),
    defaultRateLimit: () => members.defaultRateLimit?.() ?? null,
    rateLimits: (integration: IntegrationDocument) => members.rateLimits?.(integration) ?? [],
  };
  integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 6).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    retry: { maxDelayMs: 5 },
    logger: false,
    providers: { local: provider },
  });
  await integrations.start();
});
afterEach(async () => {
  await integrations.close();
  await database.connection.dropDatabase();
});

let names = 0;
const newIntegration = (): Promise<IntegrationDocument> =>
  integrations.create({ provider: 'local', name: `Local ${(names += 1)}`, credentials: { token: 'a-token-0123' } });

const limitTo = (limit: number, seconds: number): void => {
  members.defaultRateLimit = () => RateLimit.per(limit, seconds);
};
const gates = () =>
  database.connection.collection<{ _id: string; logs?: Record<string, { t: Date; n: number }[]> }>('integration_gates');
const atOnce = (integration: IntegrationDocument, endpoint = '/a') =>
  integration.at(endpoint).withOptions({ maxWaitSeconds: 0 }).get();
const refused = { code: 'RATE_LIMIT_EXCEEDED' };

/** Calls by a callback that reports this of its answer. */
const report = (integration: IntegrationDocument, metadata: ResponseMetadata): Promise<unknown> =>
  integration.at('/reporting').get((context) => {
    context.reportResponseMetadata(metadata);
    return 'answered';
  });

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

describe('a declared rate limit', () => {
  it('lets as many calls through as it says, and refuses the others at once where they may not wait', async () => {
    limitTo(3, 60);
    const integration = await newIntegration();
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => atOnce(integration)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(upstream.received).toHaveLength(3);
    await expect(atOnce(integration)).rejects.toMatchObject({
      ...refused,
      integrationId: integration.id,
      retryAfterSeconds: 60,
    });
  });

  it('refuses without running the callback, and without a document in the log', async () => {
    limitTo(1, 60);
    const integration = await newIntegration();
    await atOnce(integration);
    let runs = 0;
    const call = integration.at('/refused').withOptions({ maxWaitSeconds: 0 });
    await expect(call.get(() => (runs += 1))).rejects.toMatchObject(refused);
    expect(runs).toBe(0);
    await expect(integration.requests().countDocuments({ endpoint: '/refused' })).resolves.toBe(0);
  });

  it('counts callbacks as well as URL calls', async () => {
    limitTo(2, 60);
    const integration = await newIntegration();
    await integration.at('/sdk').get(() => 'answered');
    await integration.http.get('/axios');
    await expect(
      integration
        .at('/sdk')
        .withOptions({ maxWaitSeconds: 0 })
        .get(() => 'never'),
    ).rejects.toMatchObject(refused);
  });

  it('counts attempts, not calls', async () => {
    limitTo(4, 60);
    const integration = await newIntegration();
    upstream.answer((_request, response) => response.writeHead(503).end());
    await expect(integration.at('/a').withAttempts(3).get()).rejects.toMatchObject({ statusCode: 503 });
    upstream.answer((_request, response) => response.writeHead(204).end());
    await atOnce(integration);
    await expect(atOnce(integration)).rejects.toMatchObject(refused);
    expect(upstream.received).toHaveLength(4);
  });

  it('ends the attempts of a call where it refuses one, and keeps what the last one failed with', async () => {
    limitTo(2, 60);
    const integration = await newIntegration();
    upstream.answer((_request, response) => response.writeHead(503).end());
    const call = integration.at('/a').withAttempts(5).withOptions({ maxWaitSeconds: 0 }).get();
    await expect(call).rejects.toMatchObject({ ...refused, cause: { code: 'UPSTREAM_STATUS', statusCode: 503 } });
    expect(upstream.received).toHaveLength(2);
  });

  it('lets a call wait until there is room', async () => {
    limitTo(2, 1);
    const integration = await newIntegration();
    const began = performance.now();
    await Promise.all([1, 2, 3].map(() => integration.at('/a').get()));
    expect(performance.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(upstream.received).toHaveLength(3);
  });

  it('refuses at once where it is known that the wait would be too long', async () => {
    limitTo(1, 60);
    const integration = await newIntegration();
    await integration.at('/a').get();
    const ms = await elapsedMs(() => expect(integration.at('/a').get()).rejects.toMatchObject(refused));
    expect(ms).toBeLessThan(2_000);
  });

  it('lets nobody wait beyond the deadline of the call', async () => {
    limitTo(1, 60);
    const integration = await newIntegration();
    await integration.at('/a').get();
    const options = { maxWaitSeconds: 120, deadlineMs: 500 };
    const ms = await elapsedMs(() =>
      expect(integration.at('/a').withOptions(options).get()).rejects.toMatchObject(refused),
    );
    expect(ms).toBeLessThan(2_000);
  });

  it('lets a waiting call be aborted', async () => {
    limitTo(1, 60);
    const integration = await newIntegration();
    await integration.at('/a').get();
    const controller = new AbortController();
    const call = integration.at('/a').withOptions({ maxWaitSeconds: 100, signal: controller.signal }).get();
    setTimeout(() => controller.abort(), 50);
    await expect(call).rejects.toMatchObject({ code: 'CALL_ABORTED' });
    expect(upstream.received).toHaveLength(1);
  });

  it('begins the time of the attempt after the wait', async () => {
    limitTo(1, 1);
    const integration = await newIntegration();
    const call = integration.at('/a').withOptions({ timeoutMs: 500 });
    await call.get();
    await expect(call.get()).resolves.toBeNull();
  });

  it('serves interactive calls before background ones that came earlier', async () => {
    limitTo(1, 1);
    const integration = await newIntegration();
    await integration.at('/first').get();
    await Promise.all([
      inBackground(() => integration.at('/background').get()),
      integration.at('/option').withOptions({ priority: 'background' }).get(),
      integration.at('/interactive').get(),
    ]);
    expect(upstream.received.map(({ url }) => url)).toEqual(['/first', '/interactive', '/background', '/option']);
  });

  it('is kept in one document, whose slots end with the answers once the instance stops', async () => {
    limitTo(100, 60);
    const integration = await newIntegration();
    await Promise.all(Array.from({ length: 20 }, () => integration.at('/a').get()));
    await integrations.stop();
    const [gate, ...others] = await gates().find().toArray();
    expect([gate!._id, others]).toEqual([integration.id, []]);
    const slots = Object.values(gate!.logs!).flat();
    expect(slots.reduce((sum, { n }) => sum + n, 0)).toBe(20);
    for (const { t } of slots) expect(t.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('leaves a slot without an answer to its end', async () => {
    limitTo(100, 60);
    const integration = await newIntegration();
    upstream.answer((request) => request.socket.destroy());
    await expect(integration.at('/a').withAttempts(1).get()).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    await integrations.stop();
    const gate = await gates().findOne();
    const [slot] = Object.values(gate!.logs!).flat();
    expect(slot!.n).toBe(1);
    expect(slot!.t.getTime()).toBeGreaterThan(Date.now() + 20_000);
  });

  it('writes nothing where there is none', async () => {
    const integration = await newIntegration();
    await integration.at('/a').get();
    await integrations.stop();
    const gate = await gates().findOne();
    expect(gate?.logs).toBeUndefined();
  });

  it('that cannot be read fails the call before it is sent', async () => {
    members.defaultRateLimit = () => 60 as unknown as RateLimit;
    const integration = await newIntegration();
    await expect(integration.at('/a').get()).rejects.toMatchObject({ code: 'PROVIDER_INVALID' });
    expect(upstream.received).toEqual([]);
  });
});

describe('further rate limits', () => {
  const declare = (...rules: RateLimitRule[]): void => {
    members.rateLimits = () => rules;
  };

  it('hold for their endpoints alone', async () => {
    declare({ limit: RateLimit.per(1, 60), endpoints: ['/export/**'] });
    const integration = await newIntegration();
    await atOnce(integration, '/export/a');
    await expect(atOnce(integration, '/export/b')).rejects.toMatchObject(refused);
    await expect(atOnce(integration, '/a')).resolves.toBeNull();
  });

  it('hold beside the default one', async () => {
    limitTo(2, 60);
    declare({ limit: RateLimit.per(1, 60), endpoints: ['/export/**'] });
    const integration = await newIntegration();
    await atOnce(integration, '/export/a');
    await atOnce(integration, '/a');
    await expect(atOnce(integration, '/a')).rejects.toMatchObject(refused);
  });

  it('are shared by the integrations of an application key, which is stored nowhere', async () => {
    declare({ limit: RateLimit.per(2, 60), applicationKey: 'client-0123456789' });
    const [one, other] = [await newIntegration(), await newIntegration()];
    await atOnce(one);
    await atOnce(other);
    await expect(atOnce(one)).rejects.toMatchObject(refused);
    await expect(atOnce(other)).rejects.toMatchObject({ ...refused, integrationId: other.id });
    const stored = JSON.stringify(await gates().find().toArray());
    expect(stored).toContain('"_id":"key:');
    expect(stored).not.toContain('client-0123456789');
  });

  it('give a token back where another one refuses', async () => {
    limitTo(5, 60);
    declare({ limit: RateLimit.per(1, 60), applicationKey: 'app' });
    const integration = await newIntegration();
    await atOnce(integration);
    for (let call = 0; call < 10; call += 1) await expect(atOnce(integration)).rejects.toMatchObject(refused);
    await integrations.stop();
    const { declared } = await integrations.rateLimits.inspect(integration);
    expect(declared.map(({ used }) => used)).toEqual([1, 1]);
  });

  it('are waited for together', async () => {
    limitTo(2, 1);
    declare({ limit: RateLimit.per(3, 2), applicationKey: 'app' });
    const integration = await newIntegration();
    const ms = await elapsedMs(() => Promise.all([1, 2, 3, 4].map(() => integration.at('/a').get())));
    expect(ms).toBeGreaterThanOrEqual(2_000);
    expect(upstream.received).toHaveLength(4);
  });
});

describe('an answer that asks for fewer calls', () => {
  it('holds back all calls of the integration, declared limit or not, and of no other one', async () => {
    const [integration, other] = [await newIntegration(), await newIntegration()];
    await report(integration, { retryAfterSeconds: 30 });
    await expect(atOnce(integration)).rejects.toMatchObject({ ...refused, retryAfterSeconds: 30 });
    await expect(atOnce(other)).resolves.toBeNull();
    limitTo(10, 60);
    await expect(atOnce(integration)).rejects.toMatchObject({ ...refused, retryAfterSeconds: 30 });
  });

  it('counts where it is a failure as well', async () => {
    const integration = await newIntegration();
    const failing = integration.at('/failing').post((context) => {
      context.reportResponseMetadata({ retryAfterSeconds: 30 });
      throw new Error('Too many');
    });
    await expect(failing).rejects.toThrow('Too many');
    await expect(atOnce(integration)).rejects.toMatchObject(refused);
  });

  it.each<[string, (integration: IntegrationDocument) => Promise<unknown>]>([
    ['a URL call', (integration) => integration.at('/a').withAttempts(1).get()],
    ['a request of integration.http', (integration) => integration.http.post('/a')],
    [
      'an SDK',
      (integration) =>
        integration.at('sdk').post(() => {
          throw Object.assign(new Error('Too many'), { status: 429, headers: { 'retry-after': '30' } });
        }),
    ],
  ])('is found in the failure of %s', async (_of, call) => {
    upstream.answer((_request, response) => response.writeHead(429, { 'retry-after': '30' }).end());
    const integration = await newIntegration();
    await expect(call(integration)).rejects.toThrow();
    await expect(atOnce(integration)).rejects.toMatchObject({ ...refused, retryAfterSeconds: 30 });
  });

  it('and the declared limit share one wait', async () => {
    limitTo(2, 3);
    const integration = await newIntegration();
    await report(integration, { retryAfterSeconds: 1.5 });
    const call = () => integration.at('/a').withOptions({ maxWaitSeconds: 2 }).get();
    // One token is left when the answer's wish is over, and another one only after further 1.5 seconds.
    const results = await Promise.allSettled([call(), call()]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: refused });
  });

  it('says so by a reset where no call remains', async () => {
    const integration = await newIntegration();
    const rateLimitResetAt = new Date(Date.now() + 20_000);
    await report(integration, { rateLimitRemaining: 1, rateLimitResetAt });
    await report(integration, { rateLimitRemaining: 0 });
    await expect(atOnce(integration)).resolves.toBeNull();
    await report(integration, { rateLimitRemaining: 0, rateLimitResetAt });
    await expect(atOnce(integration)).rejects.toMatchObject(refused);
  });

  it('is not shortened by another one that asks for less', async () => {
    limitTo(10, 60);
    const integration = await newIntegration();
    await Promise.all([5, 40, 10].map((retryAfterSeconds) => report(integration, { retryAfterSeconds })));
    const { suppressedUntil } = await integrations.rateLimits.inspect(integration);
    expect(suppressedUntil!.getTime()).toBeGreaterThan(Date.now() + 30_000);
  });

  it.each([0, 100])('is over when its time has passed (declared: %i)', async (limit) => {
    if (limit > 0) limitTo(limit, 60);
    const integration = await newIntegration();
    await report(integration, { retryAfterSeconds: 0.4 });
    await expect(atOnce(integration)).rejects.toMatchObject({ ...refused, retryAfterSeconds: 1 });
    const ms = await elapsedMs(() => integration.at('/a').get());
    expect(ms).toBeGreaterThan(200);
    await expect(atOnce(integration)).resolves.toBeNull();
  });

  it('holds back the other integrations of an application key', async () => {
    members.rateLimits = () => [{ limit: RateLimit.perMinute(10), applicationKey: 'app' }];
    const [one, other] = [await newIntegration(), await newIntegration()];
    await report(one, { retryAfterSeconds: 30 });
    await expect(atOnce(other)).rejects.toMatchObject(refused);
  });

  it('lets a waiting call be aborted', async () => {
    const integration = await newIntegration();
    await report(integration, { retryAfterSeconds: 5 });
    const signal = AbortSignal.timeout(50);
    await expect(integration.at('/a').withOptions({ signal }).get()).rejects.toMatchObject({ code: 'CALL_ABORTED' });
  });
});
