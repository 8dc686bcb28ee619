import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { fake } from '../../../lib/testing/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';

const database = useDatabase();
const upstream = useHttpServer();
const supportsIdempotency = true as const;
const plain = useLocalInstance(database, upstream, { prefix: 'plain' });
const byDefault = useLocalInstance(database, upstream, { prefix: 'by_default', provider: { supportsIdempotency } });
const byHeader = useLocalInstance(database, upstream, {
  prefix: 'by_header',
  provider: { supportsIdempotency, http: { baseUrl: () => upstream.origin, idempotencyKey: { header: 'X-Key' } } },
});
const byField = useLocalInstance(database, upstream, {
  prefix: 'by_field',
  provider: { supportsIdempotency, http: { baseUrl: () => upstream.origin, idempotencyKey: { field: 'requestKey' } } },
});

/** What the server got as the body of the next request. */
function nextBody(): Promise<string> {
  return new Promise((resolve) => {
    upstream.answer((request, response) => {
      void text(request).then(resolve);
      response.writeHead(204).end();
    });
  });
}

describe('the idempotency key', () => {
  it('is sent as Idempotency-Key where the provider says no more than that it is heeded', async () => {
    const key = randomUUID();
    await byDefault.integration.at('/charges').withIdempotencyKey(key).post();
    expect(upstream.received[0]!.headers['idempotency-key']).toBe(key);
  });

  it('is sent by the header that the provider names', async () => {
    const key = randomUUID();
    await byHeader.integration.at('/charges').withIdempotencyKey(key).post();
    expect(upstream.received[0]!.headers).toMatchObject({ 'x-key': key });
    expect(upstream.received[0]!.headers['idempotency-key']).toBeUndefined();
  });

  it('is sent in the field that the provider names, and the data stays as it is', async () => {
    const key = randomUUID();
    const data = { amount: 1 };
    const body = nextBody();
    await byField.integration.at('/charges').withData(data).withIdempotencyKey(key).post();
    expect(JSON.parse(await body)).toEqual({ amount: 1, requestKey: key });
    expect(data).toEqual({ amount: 1 });
  });

  it('is sent in the field where there is no other data', async () => {
    const key = randomUUID();
    const body = nextBody();
    await byField.integration.at('/charges').withIdempotencyKey(key).post();
    expect(JSON.parse(await body)).toEqual({ requestKey: key });
  });

  it('finds no place in data that is no object: nothing is sent', async () => {
    const call = byField.integration.at('/charges').withData('text').withIdempotencyKey(randomUUID()).post();
    await expect(call).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(upstream.received).toEqual([]);
  });

  it('is the same on every attempt', async () => {
    upstream.answer((_request, response) => response.writeHead(upstream.received.length < 3 ? 503 : 204).end());
    await byDefault.integration.at('/charges').withAttempts(3).withIdempotencyKey(randomUUID()).post();
    expect(new Set(upstream.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('wins over a header of that name that the caller gives', async () => {
    const key = randomUUID();
    const call = byDefault.integration.at('/charges').withOptions({ headers: { 'idempotency-key': 'another' } });
    await call.withIdempotencyKey(key).post();
    expect(upstream.received[0]!.headers['idempotency-key']).toBe(key);
  });

  it('is not sent by a GET, nor where the provider does not say that it is heeded', async () => {
    await byDefault.integration.at('/charges').withIdempotencyKey(randomUUID()).get();
    await plain.integration.at('/charges').withIdempotencyKey(randomUUID()).post();
    expect(upstream.received.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined]);
  });

  it('that no header can hold is refused without being shown, and released', async () => {
    const key = 'line\nbreak';
    const call = () => byDefault.integration.at('/charges').withIdempotencyKey(key).post();
    await expect(call()).rejects.toMatchObject({ code: 'REQUEST_INVALID', message: expect.not.stringContaining(key) });
    await expect(call()).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('the warning that the other API does not recognise repetitions', () => {
  const warnings = ({ logger }: typeof plain) => logger.lines.filter(({ meta }) => meta.capability !== undefined);

  it('is given once, and names the capability', async () => {
    await plain.integration.at('/charges').withIdempotencyKey(randomUUID()).post();
    await plain.integration.at('/charges').withIdempotencyKey(randomUUID()).post();
    expect(warnings(plain)).toEqual([
      expect.objectContaining({ level: 'warn', meta: expect.objectContaining({ capability: 'SupportsIdempotency' }) }),
    ]);
  });

  it('is not given where it does, nor where there is no key', async () => {
    await byDefault.integration.at('/charges').withIdempotencyKey(randomUUID()).post();
    await unkeyed.integration.at('/charges').post();
    expect([...warnings(byDefault), ...warnings(unkeyed)]).toEqual([]);
  });

  it('is given when faking too', async () => {
    const faked = fake({ '/charges': null }, { integrations: fakedInstance.integrations });
    await fakedInstance.integration.at('/charges').withIdempotencyKey(randomUUID()).post();
    faked.stop();
    expect(warnings(fakedInstance)).toHaveLength(1);
  });
});

const unkeyed = useLocalInstance(database, upstream, { prefix: 'unkeyed' });
const fakedInstance = useLocalInstance(database, upstream, { prefix: 'faked' });

it('a fake does not hide conflicts of keys', async () => {
  const faked = fake({ '/charges': { ok: true } }, { integrations: fakedInstance.integrations });
  const key = randomUUID();
  await fakedInstance.integration.at('/charges').withIdempotencyKey(key).post();
  const repeated = fakedInstance.integration.at('/charges').withIdempotencyKey(key).post();
  await expect(repeated.finally(() => faked.stop())).rejects.toMatchObject({
    state: 'completed',
    result: { ok: true },
  });
});
