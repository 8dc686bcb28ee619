import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { abandon, charge, later, stored, until } from './ledger-fixture.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream, { circuit: { enabled: false } });

const accept = (id: string) => {
  upstream.answer((_request, response) => sendJson(response, 201, { id }));
};

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

describe('a write with an idempotency key', () => {
  it('is made, and remembered with its result', async () => {
    accept('ch_1');
    const key = randomUUID();
    await expect(charge(local, key).post()).resolves.toEqual({ id: 'ch_1' });
    await expect(stored(local, key)).resolves.toMatchObject({
      state: 'completed',
      endpoint: '/charges',
      method: 'POST',
      statusCode: 201,
      isResultOmitted: false,
      result: expect.any(String),
    });
  });

  it('is logged with its key, as the request that the ledger names', async () => {
    accept('ch_1');
    const key = randomUUID();
    await charge(local, key).post();
    const record = await stored(local, key);
    const request = await local.integrations.models.IntegrationRequest.findById(record!.requestId).lean();
    expect(request!.idempotencyKey).toBe(key);
  });

  it('is forgotten some days after it was completed', async () => {
    const key = randomUUID();
    await charge(local, key).post();
    const { completedAt, expireAt } = (await stored(local, key))!;
    expect(expireAt!.getTime() - completedAt!.getTime()).toBe(90 * 86_400_000);
  });

  it('is claimed before anything is sent', async () => {
    const key = randomUUID();
    let stateWhenAsked: string | undefined;
    upstream.answer((_request, response) => {
      void stored(local, key).then((record) => {
        stateWhenAsked = record?.state;
        response.writeHead(204).end();
      });
    });
    await charge(local, key).post();
    expect(stateWhenAsked).toBe('in_progress');
  });

  it('has its result sealed', async () => {
    accept('a-very-visible-id');
    const key = randomUUID();
    await charge(local, key).post();
    expect(JSON.stringify(await stored(local, key))).not.toContain('a-very-visible-id');
  });

  it('keeps no result that is too large', async () => {
    upstream.answer((_request, response) => sendJson(response, 200, { text: 'x'.repeat(1_100_000) }));
    const key = randomUUID();
    await charge(local, key).post();
    await expect(stored(local, key)).resolves.toMatchObject({
      state: 'completed',
      result: null,
      isResultOmitted: true,
    });
  });

  it('is remembered with the result as it came, whatever a schema makes of it', async () => {
    accept('ch_1');
    const key = randomUUID();
    const greedy = { from: (payload: { id?: string }) => delete payload.id };
    await charge(local, key).as(greedy).post();
    await expect(charge(local, key, { onRepeat: 'result' }).post()).resolves.toEqual({ id: 'ch_1' });
  });

  it('keeps no result that is a stream', async () => {
    accept('ch_1');
    const key = randomUUID();
    const stream = await charge(local, key).withOptions({ responseType: 'stream' }).post();
    (stream as NodeJS.ReadableStream).resume();
    await expect(stored(local, key)).resolves.toMatchObject({ state: 'completed', isResultOmitted: true });
  });

  it('keeps no result that is the response object of fetch', async () => {
    const key = randomUUID();
    await local.integration
      .at('/charges')
      .withIdempotencyKey(key)
      .post(() => fetch(upstream.origin, { method: 'POST' }));
    await expect(stored(local, key)).resolves.toMatchObject({ state: 'completed', isResultOmitted: true });
  });

  it('is made without a ledger where there is no key', async () => {
    const count = () => local.integrations.models.IntegrationIdempotencyKey.countDocuments();
    const before = await count();
    await local.integration.at('/charges').withIdempotencyKey(null).post();
    await local.integration.at('/charges').post();
    expect(await count()).toBe(before);
    expect(upstream.received).toHaveLength(2);
  });

  it('is refused where its data cannot be compared, before it is claimed', async () => {
    const key = randomUUID();
    const call = local.integration.at('/charges').withData(new FormData()).withIdempotencyKey(key).post();
    await expect(call).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(stored(local, key)).resolves.toBeNull();
  });

  it('cannot be misread as an expression of the database', async () => {
    const key = `$${randomUUID()}`;
    await local.integration.at('$endpoint').withIdempotencyKey(key).post('/charges');
    await expect(stored(local, key)).resolves.toMatchObject({ state: 'completed', endpoint: '$endpoint' });
  });

  it('keeps the query of its endpoint out of the ledger', async () => {
    const key = randomUUID();
    await local.integration.at('/charges?token=secret').withIdempotencyKey(key).post();
    await expect(stored(local, key)).resolves.toMatchObject({ endpoint: '/charges' });
  });
});

describe('a repetition', () => {
  it('gets a conflict with the state, the request and the result of the first', async () => {
    accept('ch_1');
    const key = randomUUID();
    await charge(local, key).post();
    const { requestId } = (await stored(local, key))!;
    await expect(charge(local, key).post()).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      state: 'completed',
      requestId: requestId.toHexString(),
      result: { id: 'ch_1' },
    });
    expect(upstream.received).toHaveLength(1);
  });

  it('gets the kept result where it asks for that', async () => {
    accept('ch_1');
    const key = randomUUID();
    await charge(local, key).post();
    await expect(charge(local, key, { onRepeat: 'result' }).post()).resolves.toEqual({ id: 'ch_1' });
    expect(upstream.received).toHaveLength(1);
  });

  it('leaves no document in the log', async () => {
    const key = randomUUID();
    await charge(local, key).post();
    await charge(local, key, { onRepeat: 'result' }).post();
    await expect(charge(local, key).post()).rejects.toThrow();
    const { IntegrationRequest } = local.integrations.models;
    await expect(IntegrationRequest.countDocuments({ idempotencyKey: key })).resolves.toBe(1);
  });

  it('has the kept result typed by its own schema', async () => {
    accept('ch_1');
    const key = randomUUID();
    await charge(local, key).post();
    const typed = { from: (payload: { id: string }) => new Date(payload.id.length) };
    const repeated = charge(local, key, { onRepeat: 'result' }).as(typed);
    await expect(repeated.post()).resolves.toEqual(new Date(4));
  });

  it('that the kept result does not fit gets a drift, of what was kept', async () => {
    accept('ch_1');
    const key = randomUUID();
    await charge(local, key).post();
    const repeated = charge(local, key, { onRepeat: 'result' }).as({ type: 'object', required: ['amount'] } as const);
    await expect(repeated.post()).rejects.toMatchObject({ code: 'SCHEMA_DRIFT', source: 'cache' });
  });

  it('gets a conflict where the result was not kept, whatever it asks for', async () => {
    upstream.answer((_request, response) => sendJson(response, 200, { text: 'x'.repeat(1_100_000) }));
    const key = randomUUID();
    await charge(local, key).post();
    const repeated = charge(local, key, { onRepeat: 'result' }).post();
    await expect(repeated).rejects.toMatchObject({ state: 'completed', result: undefined });
  });

  it('gets a conflict while the first is under way', async () => {
    const key = randomUUID();
    const answers: ServerResponse[] = [];
    upstream.answer((_request, response) => answers.push(response));
    const first = charge(local, key).post();
    await until(() => answers.length === 1);
    await expect(charge(local, key).post()).rejects.toMatchObject({ state: 'in_progress', result: undefined });
    answers[0]!.writeHead(204).end();
    await first;
  });

  it('waits for the first where it asks for the result', async () => {
    const key = randomUUID();
    const answers: ServerResponse[] = [];
    upstream.answer((_request, response) => answers.push(response));
    const first = charge(local, key).post();
    await until(() => answers.length === 1);
    const second = charge(local, key, { onRepeat: 'result' }).post();
    sendJson(answers[0]!, 200, { id: 'ch_1' });
    await expect(Promise.all([first, second])).resolves.toEqual([{ id: 'ch_1' }, { id: 'ch_1' }]);
    expect(upstream.received).toHaveLength(1);
  });

  it('makes the write itself where the first, that it waited for, did not', async () => {
    const key = randomUUID();
    const answers: ServerResponse[] = [];
    upstream.answer((_request, response) => answers.push(response));
    const first = later(charge(local, key).post());
    await until(() => answers.length === 1);
    const second = charge(local, key, { onRepeat: 'result' }).post();
    answers[0]!.writeHead(422).end();
    await expect(first).rejects.toMatchObject({ statusCode: 422 });
    await until(() => answers.length === 2);
    sendJson(answers[1]!, 200, { id: 'ch_2' });
    await expect(second).resolves.toEqual({ id: 'ch_2' });
  });

  it.each([
    ['its deadline passes', { deadlineMs: 100 }, 'DEADLINE_EXCEEDED'],
    ['it is aborted', { signal: AbortSignal.timeout(100) }, 'CALL_ABORTED'],
  ])('waits no longer when %s', async (_name, options, code) => {
    const key = randomUUID();
    const answers: ServerResponse[] = [];
    upstream.answer((_request, response) => answers.push(response));
    const first = charge(local, key).post();
    await until(() => answers.length === 1);
    const second = charge(local, key, { onRepeat: 'result' }).withOptions(options).post();
    await expect(second).rejects.toMatchObject({ code });
    answers[0]!.writeHead(204).end();
    await first;
  });

  it.each<[string, (key: string) => Promise<unknown>]>([
    ['data', (key) => charge(local, key).withData({ amount: 200 }).post()],
    ['method', (key) => charge(local, key).put()],
    ['endpoint', (key) => local.integration.at('/refunds').withData({ amount: 100 }).withIdempotencyKey(key).post()],
    ['URL', (key) => charge(local, key).post('/charges/other')],
    [
      'query',
      (key) =>
        charge(local, key)
          .withOptions({ query: { dry: 1 } })
          .post(),
    ],
  ])('with another %s is refused, and neither sent nor answered', async (_name, repeat) => {
    const key = randomUUID();
    await charge(local, key).post();
    await expect(repeat(key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', status: 422 });
    expect(upstream.received).toHaveLength(1);
  });

  it('may have other headers and another order of its data', async () => {
    const key = randomUUID();
    const call = local.integration.at('/charges').withIdempotencyKey(key, { onRepeat: 'result' });
    await call.withData({ amount: 1, currency: 'EUR' }).post();
    const repeated = call.withData({ currency: 'EUR', amount: 1 }).withOptions({ headers: { 'x-trace': '2' } });
    await expect(repeated.post()).resolves.toBeNull();
  });

  it('of another integration is none', async () => {
    const key = randomUUID();
    const other = await local.integrations.create({
      provider: 'local',
      name: `Other ${key}`,
      credentials: { token: 'another-token' },
    });
    await charge(local, key).post();
    await other.at('/charges').withData({ amount: 100 }).withIdempotencyKey(key).post();
    expect(upstream.received).toHaveLength(2);
  });

  it('conflicts with what another process has inserted', async () => {
    const key = randomUUID();
    await abandon(local, key, { leaseUntil: new Date(Date.now() + 60_000) });
    await expect(charge(local, key).post()).rejects.toMatchObject({ state: 'in_progress' });
  });

  it('of many at once is made once', async () => {
    upstream.answer((_request, response) => sendJson(response, 200, { id: randomUUID() }));
    const key = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => charge(local, key, { onRepeat: 'result' }).post()),
    );
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(upstream.received).toHaveLength(1);
  });

  it('finds a write unknown whose process has died, and does not make it again', async () => {
    const key = randomUUID();
    await abandon(local, key);
    const { received } = upstream;
    const before = received.length;
    await expect(charge(local, key, { onRepeat: 'result' }).post()).rejects.toMatchObject({ state: 'unknown' });
    expect(received).toHaveLength(before);
    await expect(stored(local, key)).resolves.toMatchObject({
      state: 'unknown',
      unknownReason: 'lease_expired',
      unknownSince: new Date(0),
    });
  });
});

describe('the key', () => {
  const everythingOf = (error: unknown): string =>
    [String(error), JSON.stringify(error), (error as Error).stack, String((error as Error).cause)].join(' ');

  it('is in no error and no line of the log', async () => {
    const key = `secret-key-${randomUUID()}`;
    accept('ch_1');
    await charge(local, key).post();
    const errors = [
      await charge(local, key).post().catch(everythingOf),
      await charge(local, key).withData({ amount: 2 }).post().catch(everythingOf),
      await local.integrations.idempotency.settle(local.integration, key, 'executed').catch(everythingOf),
    ];
    expect(errors.join('\n')).toContain('IDEMPOTENCY');
    expect(errors.join('\n')).not.toContain(key);
    expect(JSON.stringify(local.logger.lines)).not.toContain(key);
  });

  it.each(['', 'x'.repeat(192)])('has 1 to 191 characters, or is refused at once without being shown', (key) => {
    expect(() => local.integration.at('/charges').withIdempotencyKey(key)).toThrow(/1 to 191 characters, got \d+/);
  });

  it('may have 191 characters', async () => {
    const key = randomUUID().padEnd(191, 'x');
    await charge(local, key).post();
    await expect(stored(local, key)).resolves.toMatchObject({ key });
  });

  it('is the same in the context of every attempt', async () => {
    const key = randomUUID();
    const seen: (string | null)[] = [];
    const call = local.integration.at('/charges').withAttempts(3).withIdempotencyKey(key);
    await call.post(async (context) => {
      seen.push(context.idempotencyKey);
      if (context.attempt < 3)
        throw Object.assign(new Error('slow down'), { statusCode: 429, headers: { 'retry-after': '0' } });
    });
    expect(seen).toEqual([key, key, key]);
  });

  it('passes through the typed builder and the low-level form', async () => {
    const keys = [randomUUID(), randomUUID()];
    await local.integration
      .at('/charges')
      .withIdempotencyKey(keys[0])
      .as({ type: 'object' } as const)
      .post();
    await local.integration.request({ endpoint: '/charges', method: 'POST', idempotencyKey: keys[1]! });
    for (const key of keys) await expect(stored(local, key)).resolves.toMatchObject({ state: 'completed' });
  });
});
