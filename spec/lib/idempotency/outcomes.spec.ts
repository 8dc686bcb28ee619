import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../../lib/index.js';
import type { RequestBuilder } from '../../../lib/types/request-builder.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { charge, later, stored, until } from './ledger-fixture.js';

const database = useDatabase();
const upstream = useHttpServer();
const options = { circuit: { enabled: false }, requests: { timeoutMs: 2_000 } } as const;
/** Its API does not recognise repetitions. */
const plain = useLocalInstance(database, upstream, { ...options, prefix: 'plain' });
/** Its API does. */
const deduping = useLocalInstance(database, upstream, {
  ...options,
  prefix: 'deduping',
  provider: { supportsIdempotency: true },
});

/** Nobody listens there. */
const unreachable = useLocalInstance(database, upstream, {
  prefix: 'unreachable',
  provider: { http: { baseUrl: 'http://127.0.0.1:1' } },
});

/** What became of a write after the call failed, or not. */
async function outcomeOf(call: (builder: RequestBuilder) => Promise<unknown>, local = plain) {
  const key = randomUUID();
  await call(charge(local, key)).catch(() => undefined);
  const record = await stored(local, key);
  return record === null ? 'released' : record.state;
}

const answerWith = (status: number, headers = {}, body = '') => {
  upstream.answer((request, response) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  });
};

describe('an answer', () => {
  it.each([200, 201, 204])('of %i completes the write', async (status) => {
    answerWith(status);
    expect(await outcomeOf((write) => write.post())).toBe('completed');
  });

  it.each([400, 401, 402, 403, 404, 410, 422, 429, 451])(
    'of %i releases the key: the write was refused',
    async (status) => {
      answerWith(status);
      expect(await outcomeOf((write) => write.post())).toBe('released');
    },
  );

  it.each([408, 409, 425, 500, 501, 502, 503, 504])('of %i leaves the write unknown', async (status) => {
    answerWith(status);
    expect(await outcomeOf((write) => write.post())).toBe('unknown');
  });

  it.each([307, 308])('that redirects (%i) releases the key: the write was to be made elsewhere', async (status) => {
    answerWith(status, { location: '/elsewhere' });
    expect(await outcomeOf((write) => write.post())).toBe('released');
  });

  it.each([301, 302, 303, 304])('that redirects (%i) leaves the write unknown', async (status) => {
    answerWith(status, { location: '/elsewhere' });
    expect(await outcomeOf((write) => write.post())).toBe('unknown');
  });

  it('that fits no schema completes the write, and the call fails all the same', async () => {
    answerWith(200, { 'content-type': 'application/json' }, '{"id":1}');
    const key = randomUUID();
    const schema = { type: 'object', required: ['amount'] } as const;
    await expect(charge(plain, key).as(schema).post()).rejects.toMatchObject({ code: 'SCHEMA_DRIFT', source: 'live' });
    await expect(charge(plain, key, { onRepeat: 'result' }).post()).resolves.toEqual({ id: 1 });
  });

  it('that is no JSON completes the write, and the call fails all the same', async () => {
    answerWith(200, { 'content-type': 'application/json' }, 'thanks!');
    const key = randomUUID();
    await expect(charge(plain, key).post()).rejects.toMatchObject({ code: 'RESPONSE_NOT_JSON' });
    await expect(charge(plain, key, { onRepeat: 'result' }).post()).resolves.toBe('thanks!');
  });

  it.each([
    [200, 'completed'],
    [404, 'released'],
    [500, 'unknown'],
  ])('of %i that is too large to be read: %s', async (status, outcome) => {
    answerWith(status, { 'content-type': 'text/plain' }, 'x'.repeat(10_000));
    expect(await outcomeOf((write) => write.withOptions({ maxResponseBytes: 100 }).post())).toBe(outcome);
  });
});

describe('a call without an answer', () => {
  it('leaves the write unknown when it takes too long', async () => {
    upstream.answer(() => undefined);
    expect(await outcomeOf((write) => write.withOptions({ timeoutMs: 50 }).post())).toBe('unknown');
  });

  it('leaves the write unknown when its deadline passes', async () => {
    upstream.answer(() => undefined);
    expect(await outcomeOf((write) => write.withOptions({ deadlineMs: 200 }).post())).toBe('unknown');
    expect(upstream.received).toHaveLength(1);
  });

  it('leaves the write unknown when the caller aborts it', async () => {
    const controller = new AbortController();
    upstream.answer(() => controller.abort());
    expect(await outcomeOf((write) => write.withOptions({ signal: controller.signal }).post())).toBe('unknown');
  });

  it('leaves the write unknown when the connection is reset', async () => {
    upstream.answer((request) => request.socket.resetAndDestroy());
    expect(await outcomeOf((write) => write.post())).toBe('unknown');
  });

  it('leaves the write unknown when the connection breaks off within the answer', async () => {
    upstream.answer((request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => request.socket.resetAndDestroy());
    });
    expect(await outcomeOf((write) => write.post())).toBe('unknown');
  });

  it('leaves the write unknown when a connection that was used before is closed by the server', async () => {
    // The specs before have left one open.
    answerWith(204);
    await plain.integration.at('/warm').get();
    upstream.answer((request) => request.socket.destroy());
    expect(await outcomeOf((write) => write.post())).toBe('unknown');
  });

  it('tells the class of the failure', async () => {
    upstream.answer((request) => request.socket.resetAndDestroy());
    const key = randomUUID();
    await charge(plain, key)
      .post()
      .catch(() => undefined);
    await expect(stored(plain, key)).resolves.toMatchObject({
      unknownReason: 'upstream',
      unknownSince: expect.any(Date),
    });
  });
});

describe('a call that was not sent', () => {
  it('releases the key when nobody listens', async () => {
    const port = await freePort();
    expect(await outcomeOf((write) => write.post(() => fetch(`http://127.0.0.1:${port}`)))).toBe('released');
  });

  it('releases the key when a URL call is refused a connection', async () => {
    const key = randomUUID();
    const call = charge(unreachable, key).post();
    await expect(call).rejects.toMatchObject({ code: 'CONNECTION_FAILED', details: { errorCode: 'ECONNREFUSED' } });
    await expect(stored(unreachable, key)).resolves.toBeNull();
  });

  it('releases the key when the host is private', async () => {
    expect(await outcomeOf((write) => write.post('http://10.0.0.1/charges'))).toBe('released');
  });

  it.each([
    ['a path value is missing', '/charges/{id}', 'PATH_VALUE_MISSING'],
    ['the origin may not be called', 'https://example.com/charges', 'ORIGIN_NOT_ALLOWED'],
  ])('releases the key when %s', async (_name, url, code) => {
    const key = randomUUID();
    await expect(charge(plain, key).post(url)).rejects.toMatchObject({ code });
    await expect(stored(plain, key)).resolves.toBeNull();
  });

  it('releases the key when it is aborted before', async () => {
    const key = randomUUID();
    const call = charge(plain, key).withOptions({ signal: AbortSignal.abort() }).post();
    await expect(call).rejects.toMatchObject({ code: 'CALL_ABORTED' });
    await expect(stored(plain, key)).resolves.toBeNull();
  });

  it('can be made by the next call with that key', async () => {
    const key = randomUUID();
    answerWith(422);
    await expect(charge(plain, key).post()).rejects.toThrow();
    answerWith(204);
    await expect(charge(plain, key).post()).resolves.toBeNull();
  });

  it('releases the key when the circuit is open', async () => {
    const key = randomUUID();
    await unreachable.integrations.circuit.force(unreachable.integration, 'open');
    const refused = charge(unreachable, key).post();
    await expect(refused).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    await expect(stored(unreachable, key)).resolves.toBeNull();
    await unreachable.integrations.circuit.release(unreachable.integration);
  });
});

describe('a callback', () => {
  const failing = (facts: object) => () => {
    throw Object.assign(new Error('failed'), facts);
  };

  it.each<[string, object, string]>([
    ['a status below 500', { statusCode: 402 }, 'released'],
    ['a status from 500 on', { status: 500 }, 'unknown'],
    ['no status', {}, 'unknown'],
    ['a status that says it went well', { status: 200 }, 'unknown'],
    ['a connection that was reset', { code: 'ECONNRESET' }, 'unknown'],
    ['a connection that was refused', { code: 'ECONNREFUSED' }, 'released'],
    ['an unknown host, wrapped', { cause: Object.assign(new Error('dns'), { code: 'ENOTFOUND' }) }, 'released'],
  ])('that throws %s leaves the write as told: %#', async (_name, facts, outcome) => {
    expect(await outcomeOf((write) => write.post(failing(facts)))).toBe(outcome);
  });

  it.each([
    [200, 'completed'],
    [404, 'released'],
    [503, 'unknown'],
  ])('that returns an answer of %i: %s', async (status, outcome) => {
    const response = { status, headers: {}, data: { ok: true } };
    expect(await outcomeOf((write) => write.post(() => response))).toBe(outcome);
  });

  it('that fails by a call of its own which was refused leaves the write unknown', async () => {
    const nested = () => plain.integration.at('/nested/{missing}').get();
    expect(await outcomeOf((write) => write.post(nested))).toBe('unknown');
  });

  it('whose result fits no schema completes the write', async () => {
    const schema = { type: 'object', required: ['amount'] } as const;
    expect(await outcomeOf((write) => write.as(schema).post(() => ({ id: 1 })))).toBe('completed');
  });

  it('that outlasts its attempt leaves the write unknown', async () => {
    const never = () => new Promise(() => undefined);
    expect(await outcomeOf((write) => write.withOptions({ timeoutMs: 20 }).post(never))).toBe('unknown');
  });
});

describe('retries within a call', () => {
  it('are not made after an ambiguous failure', async () => {
    answerWith(503);
    expect(await outcomeOf((write) => write.withAttempts(3).post())).toBe('unknown');
    expect(upstream.received).toHaveLength(1);
  });

  it('are made after an ambiguous failure where the other API recognises them', async () => {
    upstream.answer((request, response) => {
      if (upstream.received.length === 1) request.socket.resetAndDestroy();
      else response.writeHead(upstream.received.length === 2 ? 503 : 204).end();
    });
    expect(await outcomeOf((write) => write.withAttempts(3).post(), deduping)).toBe('completed');
    expect(upstream.received).toHaveLength(3);
  });

  it('leave the write unknown where one was ambiguous, and a later one refused', async () => {
    upstream.answer((_request, response) => response.writeHead(upstream.received.length === 1 ? 503 : 422).end());
    expect(await outcomeOf((write) => write.withAttempts(3).post(), deduping)).toBe('unknown');
    expect(upstream.received).toHaveLength(2);
  });

  it('are made after a refusal that asks for fewer calls', async () => {
    upstream.answer((_request, response) =>
      upstream.received.length < 3
        ? response.writeHead(429, { 'retry-after': '0' }).end()
        : response.writeHead(204).end(),
    );
    expect(await outcomeOf((write) => write.withAttempts(3).post())).toBe('completed');
    expect(upstream.received).toHaveLength(3);
  });

  it('need one claim', async () => {
    answerWith(503);
    const key = randomUUID();
    const call = charge(deduping, key).withAttempts(3).post();
    await expect(call).rejects.toMatchObject({ statusCode: 503 });
    await expect(deduping.integrations.models.IntegrationIdempotencyKey.countDocuments({ key })).resolves.toBe(1);
  });

  it.each([
    ['is not heeded where the write may have happened', undefined, plain, 1],
    ['is heeded where nothing was sent', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), plain, 3],
    ['is heeded where the other API recognises repetitions', undefined, deduping, 3],
  ])('by a RetryableError: it %s', async (_name, cause, local, attempts) => {
    let made = 0;
    const call = charge(local, randomUUID()).withAttempts(3);
    const refused = call.post(() => {
      made += 1;
      throw new RetryableError('again', { cause, retryAfterSeconds: 0 });
    });
    await expect(refused).rejects.toMatchObject({ code: 'RETRYABLE' });
    expect(made).toBe(attempts);
  });

  it('are not made after an answer that fits no schema, whatever the provider says', async () => {
    answerWith(200, { 'content-type': 'application/json' }, '{"id":1}');
    const schema = { type: 'object', required: ['amount'] } as const;
    expect(await outcomeOf((write) => write.withAttempts(3).as(schema).post(), stubborn)).toBe('completed');
    expect(upstream.received).toHaveLength(1);
  });
});

/** Its provider wants every failure to be retried. */
const stubborn = useLocalInstance(database, upstream, {
  ...options,
  prefix: 'stubborn',
  provider: { supportsIdempotency: true, isRetryable: () => true, retryDelayMs: () => 0 },
});

describe('stop()', () => {
  it('ends a write under way, and stores that nobody knows', async () => {
    const key = randomUUID();
    upstream.answer(() => undefined);
    const call = later(charge(stubborn, key).post());
    await until(() => upstream.received.length === 1);
    await stubborn.integrations.stop({ graceMs: 0 });
    await expect(call).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    await expect(stored(stubborn, key)).resolves.toMatchObject({ state: 'unknown', unknownReason: 'cancelled' });
  });
});

async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
