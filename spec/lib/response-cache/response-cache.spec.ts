import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { counted, expire, json, outcome, requestsOf, status, storedOf } from './cache-world.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);
const models = () => local.integrations.models;

describe('a response within its lifetime', () => {
  it('is served without asking, leaves no further document, and is counted on the request that fetched it', async () => {
    upstream.answer(json({ id: 7 }));
    const call = () => local.integration.at('/hit').withCache(60).get();
    await expect(call()).resolves.toEqual({ id: 7 });

    await expect(call()).resolves.toEqual({ id: 7 });
    await expect(call()).resolves.toEqual({ id: 7 });

    expect(upstream.received).toHaveLength(1);
    await expect
      .poll(() => requestsOf(models(), '/hit'))
      .toMatchObject([{ cacheHits: 2, staleHits: 0, responseData: '{"id":7}' }]);
  });

  it('does not run the callback again', async () => {
    const callback = counted(() => ({ id: 7 }));
    const call = () => local.integration.at('customers').withCache(60).get(callback);
    await call();
    await expect(call()).resolves.toEqual({ id: 7 });
    expect(callback.runs()).toBe(1);
  });

  it('emits nothing when it is served', async () => {
    const completed: string[] = [];
    const forget = local.integrations.on('requestCompleted', ({ request }) => completed.push(request.endpoint));
    const call = () =>
      local.integration
        .at('/silent')
        .withCache(60)
        .get(() => 1);
    await call();
    await call();
    forget();
    expect(completed).toEqual(['/silent']);
  });

  it('is typed anew for each call', async () => {
    class Ticket {
      constructor(readonly id: number) {}
      static from(payload: unknown): Ticket {
        return new Ticket((payload as { id: number }).id);
      }
    }
    upstream.answer(json({ id: 7 }));
    const call = () => local.integration.at('/typed').as(Ticket).withCache(60).get();
    await call();
    await expect(call()).resolves.toEqual(new Ticket(7));
    expect(upstream.received).toHaveLength(1);
  });

  it('is what was answered, not what a schema made of it', async () => {
    upstream.answer(json({ at: '2026-01-02T00:00:00Z' }));
    const changing = {
      from(payload: unknown) {
        const answer = payload as { at: unknown };
        if (typeof answer.at !== 'string') throw new Error('not as answered');
        answer.at = new Date(answer.at);
        return answer;
      },
    };
    const call = () => local.integration.at('/changed-by-schema').as(changing).withCache(60).get();
    await call();
    await expect(call()).resolves.toEqual({ at: new Date('2026-01-02T00:00:00Z') });
  });

  it('belongs to each caller alone', async () => {
    const call = () =>
      local.integration
        .at('own')
        .withCache(60)
        .get(() => ({ list: [1], bytes: Buffer.from('ab') }));
    await call();
    const [one, other] = await Promise.all([call(), call()]);
    one.list.push(2);
    one.bytes[0] = 0;
    expect(other).toEqual({ list: [1], bytes: Buffer.from('ab') });
  });

  it('does not reach the caller redacted, whatever the log shows', async () => {
    upstream.answer(json({ access_token: 'sk-a-secret-of-the-answer', id: 7 }));
    const call = () => local.integration.at('/secret').withCache(60).get();
    await call();
    await expect(call()).resolves.toEqual({ access_token: 'sk-a-secret-of-the-answer', id: 7 });
    expect(JSON.stringify(await requestsOf(models(), '/secret'))).not.toContain('sk-a-secret');
  });

  it('that does not fit the schema any more is a drift of the cache, and is not fetched again', async () => {
    let fits = true;
    const Versioned = {
      from(payload: unknown): unknown {
        if (!fits) throw new Error('another version');
        return payload;
      },
    };
    upstream.answer(json({ id: 7 }));
    const call = () => local.integration.at('/unfit').as(Versioned).withCache(60).get();
    await call();
    fits = false;
    await expect(call()).rejects.toMatchObject({ code: 'SCHEMA_DRIFT', source: 'cache', payload: { id: 7 } });
    expect(upstream.received).toHaveLength(1);
  });

  it('is not given to a caller that has aborted already', async () => {
    const call = (signal?: AbortSignal) =>
      local.integration
        .at('/gave-up')
        .withCache(60)
        .withOptions({ ...(signal && { signal }) })
        .get();
    await call();
    await expect(call(AbortSignal.abort())).rejects.toMatchObject({ code: 'CALL_ABORTED' });
  });
});

describe('an expired response', () => {
  it('is fetched again', async () => {
    const callback = counted((run) => run);
    const call = () => local.integration.at('expired').withCache(60).get(callback);
    await call();
    await expire(models(), 'expired');
    await expect(call()).resolves.toBe(2);
    await expect(call()).resolves.toBe(2);
  });
});

describe('a lifetime', () => {
  it('may end at an instant', async () => {
    const callback = counted((run) => run);
    const until = new Date(Date.now() + 60_000);
    const call = () => local.integration.at('instant').withCache(until).get(callback);
    await call();
    await expect(call()).resolves.toBe(1);
    await expect(storedOf(models(), 'instant')).resolves.toMatchObject([{ freshUntil: until }]);
  });

  it('that is over already makes every call, and stores nothing', async () => {
    const callback = counted((run) => run);
    const call = () => local.integration.at('past').withCache(new Date(0)).get(callback);
    await call();
    await expect(call()).resolves.toBe(2);
    await expect(storedOf(models(), 'past')).resolves.toEqual([]);
  });

  it('is written in seconds of the server, and ends beyond what there is to be served', async () => {
    await local.integration
      .at('kept')
      .withCache(60, { staleIfErrorSeconds: 600 })
      .get(() => 1);
    const [stored] = await storedOf(models(), 'kept');
    expect(stored!.freshUntil!.getTime() - stored!.storedAt!.getTime()).toBe(60_000);
    expect(stored!.expireAt.getTime() - stored!.freshUntil!.getTime()).toBe(600_000);
  });

  it('may be longer than any date', async () => {
    const callback = counted((run) => run);
    const call = () => local.integration.at('for-ever').withCache(Number.MAX_SAFE_INTEGER).get(callback);
    await call();
    await expect(call()).resolves.toBe(1);
  });
});

describe('what is remembered', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['nothing', undefined],
    ['text', 'no JSON { at all'],
    ['empty text', ''],
    ['a number', 42],
    ['no number', Number.NaN],
    ['false', false],
    ['a bigint', 2n ** 70n],
    ['bytes', Buffer.from([0, 255, 7])],
    ['a date', new Date(0)],
    ['a map', new Map([['a', new Set([1])]])],
    ['a list', [1, null, { a: undefined }]],
  ])('comes back as what it was: %s', async (what, value) => {
    const callback = counted(() => value);
    const call = () => local.integration.at(`round-trip ${what}`).withCache(60).get(callback);
    await call();
    await expect(call()).resolves.toStrictEqual(value);
    expect(callback.runs()).toBe(1);
  });

  it.each([
    ['no body', status(204), null],
    [
      'binary',
      (_request: unknown, response: { end(body: Buffer): unknown }) => response.end(Buffer.from([1, 2])),
      Buffer.from([1, 2]),
    ],
  ])('is an answer with %s too', async (what, answer, expected) => {
    upstream.answer(answer);
    const call = () =>
      local.integration
        .at(`/answer-${what.replace(' ', '-')}`)
        .withCache(60)
        .get();
    await call();
    await expect(call()).resolves.toStrictEqual(expected);
    expect(upstream.received).toHaveLength(1);
  });

  it('is the answer to a HEAD', async () => {
    const call = () => local.integration.at('/head').withCache(60).execute('head');
    await call();
    await expect(call()).resolves.toBeNull();
    expect(upstream.received).toHaveLength(1);
  });

  it('is no failure', async () => {
    const callback = counted((run) => Promise.reject(new Error(`failed ${run}`)));
    const call = () => outcome(local.integration.at('failing').withAttempts(1).withCache(60).get(callback));
    await expect(call()).resolves.toBe('failed 1');
    await expect(call()).resolves.toBe('failed 2');
  });

  it('is no failing answer that a callback returned', async () => {
    const callback = counted((run) => ({ status: 404, headers: {}, run }));
    const call = () => local.integration.at('failing-answer').withCache(60).get(callback);
    await call();
    await expect(call()).resolves.toMatchObject({ run: 2 });
  });

  it('is no answer that does not fit its schema', async () => {
    upstream.answer(json({ id: 'seven' }));
    const schema = z.object({ id: z.number() });
    const call = () => outcome(local.integration.at('/drift').as(schema).withCache(60).get());
    await expect(call()).resolves.toBe('SCHEMA_DRIFT');
    await expect(call()).resolves.toBe('SCHEMA_DRIFT');
    expect(upstream.received).toHaveLength(2);
    await expect(requestsOf(models(), '/drift')).resolves.toMatchObject([
      { error: { code: 'SCHEMA_DRIFT' }, responseData: '{"id":"seven"}' },
      { error: { code: 'SCHEMA_DRIFT' } },
    ]);
  });
});

describe('methods', () => {
  it.each(['post', 'put', 'patch', 'delete'] as const)('%s is refused before anything is sent', async (verb) => {
    const call = local.integration.at('/write').withCache(60)[verb]();
    await expect(call).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining('anyMethod'),
    });
    expect(upstream.received).toEqual([]);
    await expect(requestsOf(models(), '/write')).resolves.toEqual([]);
  });

  it('of SDKs are refused as well', async () => {
    const callback = counted(() => 1);
    await expect(outcome(local.integration.at('x').withCache(60).execute('customers.list', callback))).resolves.toBe(
      'REQUEST_INVALID',
    );
    expect(callback.runs()).toBe(0);
  });

  it('are remembered where the caller says that they only read', async () => {
    upstream.answer(json([1]));
    const search = () => local.integration.at('/search').withData({ q: 'a' }).withCache(60, { anyMethod: true }).post();
    await search();
    await expect(search()).resolves.toEqual([1]);
    expect(upstream.received).toHaveLength(1);
  });

  it('with an idempotency key reserve nothing where the response is remembered', async () => {
    upstream.answer(json([1]));
    const search = (key: string) =>
      local.integration.at('/keyed').withCache(60, { anyMethod: true }).withIdempotencyKey(key).post();
    await search('one');
    const reserved = () => models().IntegrationIdempotencyKey.countDocuments();
    const before = await reserved();
    await expect(search('two')).resolves.toEqual([1]);
    await expect(reserved()).resolves.toBe(before);
    expect(upstream.received).toHaveLength(1);
  });
});

it('a streamed response is refused', async () => {
  const call = local.integration.at('/stream').withCache(60).withOptions({ responseType: 'stream' }).get();
  await expect(call).rejects.toMatchObject({ code: 'REQUEST_INVALID', message: expect.stringContaining('stream') });
});
