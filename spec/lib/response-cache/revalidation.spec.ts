import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { expire, json, outcome, requestsOf, status, storedOf } from './cache-world.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);
const models = () => local.integrations.models;
const lastModified = 'Sat, 21 Nov 2026 08:00:00 GMT';

/** An API whose resource has not changed. */
function unchanged(request: IncomingMessage, response: ServerResponse): void {
  const isSame = request.headers['if-none-match'] === '"v1"' || request.headers['if-modified-since'] === lastModified;
  if (isSame) response.writeHead(304, { etag: '"v1"' }).end();
  else json({ version: 1 }, { etag: '"v1"', 'last-modified': lastModified })(request, response);
}

const call = (endpoint: string) => local.integration.at(endpoint).withCache(60).get();

describe('an expired response', () => {
  it('that the other API confirms is served, and lives on', async () => {
    upstream.answer(unchanged);
    await call('/same');
    await expire(models(), '/same');
    await expect(call('/same')).resolves.toEqual({ version: 1 });
    await expect(call('/same')).resolves.toEqual({ version: 1 });
    expect(upstream.received.map(({ headers }) => [headers['if-none-match'], headers['if-modified-since']])).toEqual([
      [undefined, undefined],
      ['"v1"', lastModified],
    ]);
  });

  it('leaves a request with the 304 and no body; hits go on being counted on the one that has the body', async () => {
    upstream.answer(unchanged);
    await call('/logged');
    await expire(models(), '/logged');
    await call('/logged');
    await call('/logged');
    await expect
      .poll(() => requestsOf(models(), '/logged'))
      .toMatchObject([
        { statusCode: 200, responseData: '{"version":1}', cacheHits: 1 },
        { statusCode: 304, responseData: null, error: null, cacheHits: 0 },
      ]);
  });

  it('that has changed is replaced', async () => {
    upstream.answer(unchanged);
    await call('/changed');
    await expire(models(), '/changed');
    upstream.answer(json({ version: 2 }, { etag: '"v2"' }));
    await expect(call('/changed')).resolves.toEqual({ version: 2 });
    await expect(storedOf(models(), '/changed')).resolves.toMatchObject([
      { validators: { etag: '"v2"', lastModified: null } },
    ]);
  });

  it('has the headers it came with, where the whole response is wanted', async () => {
    upstream.answer(unchanged);
    const whole = local.integration.at('/whole').withCache(60).withOptions({ wholeResponse: true });
    const first = await whole.get();
    expect(first).toMatchObject({ statusCode: 200, headers: { etag: '"v1"' }, body: { version: 1 } });
    await expire(models(), '/whole');
    await expect(whole.get()).resolves.toEqual(first);
    await expect(call('/whole')).resolves.toEqual({ version: 1 });
    expect(upstream.received.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"', undefined]);
  });

  it('is asked for by its date where it has no tag', async () => {
    upstream.answer(json({ version: 1 }, { 'last-modified': lastModified }));
    await call('/dated');
    await expire(models(), '/dated');
    upstream.answer(unchanged);
    await expect(call('/dated')).resolves.toEqual({ version: 1 });
    expect(upstream.received[1]?.headers['if-none-match']).toBeUndefined();
  });

  it('is asked for again unconditionally where it has neither', async () => {
    upstream.answer(json(1));
    await call('/bare');
    await expire(models(), '/bare');
    await call('/bare');
    expect(upstream.received[1]?.headers).not.toHaveProperty('if-none-match');
  });

  it('is kept for that as long as the options say', async () => {
    upstream.answer(unchanged);
    await call('/kept');
    const [stored] = await storedOf(models(), '/kept');
    expect(stored!.expireAt.getTime() - stored!.freshUntil!.getTime()).toBe(86_400_000);
  });

  it('is typed anew when it is confirmed', async () => {
    class Version {
      constructor(readonly version: number) {}
      static from = (payload: unknown) => new Version((payload as { version: number }).version);
    }
    upstream.answer(unchanged);
    const typed = () => local.integration.at('/typed').as(Version).withCache(60).get();
    await typed();
    await expire(models(), '/typed');
    await expect(typed()).resolves.toEqual(new Version(1));
  });

  it('that is confirmed but does not fit any more is a drift of the cache, and fetched the next time', async () => {
    let fits = true;
    const Strict = {
      from(payload: unknown): unknown {
        if (!fits) throw new Error('another version');
        return payload;
      },
    };
    upstream.answer(unchanged);
    const typed = () => local.integration.at('/unfit').as(Strict).withCache(60).get();
    await typed();
    await expire(models(), '/unfit');
    fits = false;
    await expect(typed()).rejects.toMatchObject({ code: 'SCHEMA_DRIFT', source: 'cache' });
    fits = true;
    await expect(typed()).resolves.toEqual({ version: 1 });
    expect(upstream.received[2]?.headers).not.toHaveProperty('if-none-match');
  });
});

describe('a 304', () => {
  it('that answers a condition of the caller is not taken for a confirmation', async () => {
    upstream.answer(json(1, { etag: '"v1"' }));
    const own = () =>
      local.integration
        .at('/own-condition')
        .withOptions({ headers: { 'If-None-Match': '"mine"' } })
        .withCache(60)
        .get();
    await own();
    await expire(models(), '/own-condition');
    upstream.answer(status(304));
    await expect(own()).rejects.toMatchObject({ code: 'UPSTREAM_STATUS', statusCode: 304 });
    expect(upstream.received[1]?.headers['if-none-match']).toBe('"mine"');
  });

  it('that nobody asked for is an error', async () => {
    upstream.answer(status(304));
    await expect(outcome(call('/unasked'))).resolves.toBe('UPSTREAM_STATUS');
  });
});
