import { setTimeout as pause } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { Types } from 'mongoose';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fake, respond, sequence, stopFaking } from '../../../../lib/testing/index.js';
import { token, useTracker } from '../tracker.js';

const world = useTracker();
const at = (endpoint: string) => world.tracker.at(endpoint);

let realCalls = 0;

afterEach(() => {
  stopFaking();
  expect(world.upstream.received).toHaveLength(realCalls);
  realCalls = 0;
});

/** A real call, seen by the upstream: so the check above can fail. */
async function expectRealCall(): Promise<void> {
  realCalls += 1;
  await at('/real').get();
  const headers = { authorization: `Bearer ${token}` };
  expect(world.upstream.received).toMatchObject([{ method: 'GET', url: '/real', headers }]);
}

describe('fake() without responses', () => {
  it('answers every call with null, and lets nothing out', async () => {
    fake();
    await expect(at('/issues').get()).resolves.toBeNull();
    await expect(at('/issues').withData({ title: 'x' }).post()).resolves.toBeNull();
  });

  it('answers with null where a schema was given too', async () => {
    fake();
    const schema = z.object({ id: z.number() });
    await expect(at('/issues/1').as(schema).get()).resolves.toBeNull();
    await expect(
      at('/issues/1')
        .as(schema)
        .get(() => ({ id: 1 })),
    ).resolves.toBeNull();
  });

  it('does not run callbacks', async () => {
    fake();
    let ran = false;
    await at('issues.list').get(() => {
      ran = true;
    });
    expect(ran).toBe(false);
  });
});

describe('responses', () => {
  it('are values, hydrated by the schema of the call', async () => {
    fake({ '/issues/1': { id: 1, createdAt: '2026-01-02T03:04:05Z' } });
    const schema = z.object({ id: z.number(), createdAt: z.coerce.date() });
    const expected = { id: 1, createdAt: new Date('2026-01-02T03:04:05Z') };
    await expect(at('/issues/1').as(schema).get()).resolves.toEqual(expected);
    await expect(
      at('/issues/1')
        .as(schema)
        .get(() => null),
    ).resolves.toEqual(expected);
  });

  it('raise SCHEMA_DRIFT where they do not fit the schema', async () => {
    fake({ '/issues/1': { id: 'one' } });
    const call = at('/issues/1')
      .as(z.object({ id: z.number() }))
      .get();
    await expect(call).rejects.toMatchObject({ code: 'SCHEMA_DRIFT' });
  });

  it('that are arrays are values, not sequences', async () => {
    fake({ '/issues': [{ id: 1 }, { id: 2 }] });
    await expect(at('/issues').get()).resolves.toEqual([{ id: 1 }, { id: 2 }]);
    await expect(at('/issues').get()).resolves.toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('do not change when a caller changes what it got', async () => {
    fake({ '/issues': { items: [1] } });
    const first = (await at('/issues').get()) as { items: number[] };
    first.items.push(2);
    await expect(at('/issues').get()).resolves.toEqual({ items: [1] });
  });

  it('that are functions are asked anew for each call, and may take their time', async () => {
    let calls = 0;
    fake({
      '/issues': async ({ method, data }) => {
        await pause(1);
        calls += 1;
        return { method, data, calls };
      },
    });
    await expect(at('/issues').get()).resolves.toEqual({ method: 'GET', data: undefined, calls: 1 });
    const post = at('/issues').withData({ title: 'x' }).post();
    await expect(post).resolves.toEqual({ method: 'POST', data: { title: 'x' }, calls: 2 });
  });

  it('that are errors are thrown, for URLs and callbacks alike', async () => {
    const failure = new RangeError('no such page');
    fake({ '/issues': failure, '/later': () => failure });
    await expect(at('/issues').get()).rejects.toBe(failure);
    await expect(at('/issues').get(() => 'never')).rejects.toBe(failure);
    await expect(at('/later').get()).rejects.toBe(failure);
  });

  it('in sequence come one after the other, then null', async () => {
    fake({ '/issues': sequence({ id: 1 }, () => ({ id: 2 }), new Error('third')) });
    await expect(at('/issues').get()).resolves.toEqual({ id: 1 });
    await expect(at('/issues').get()).resolves.toEqual({ id: 2 });
    await expect(at('/issues').get()).rejects.toThrow('third');
    await expect(at('/issues').get()).resolves.toBeNull();
    await expect(at('/issues').get()).resolves.toBeNull();
  });

  it('in sequence begin anew with each fake()', async () => {
    const responses = { '/issues': sequence(1, 2) };
    fake(responses);
    await at('/issues').get();
    fake(responses);
    await expect(at('/issues').get()).resolves.toBe(1);
  });

  it('in sequence are handed out once each, also to calls side by side', async () => {
    fake({ '/issues': sequence(...Array.from({ length: 20 }, (_, index) => index)) });
    const answers = await Promise.all(Array.from({ length: 20 }, () => at('/issues').get()));
    expect(new Set(answers).size).toBe(20);
  });

  it('of a function cannot be a sequence', async () => {
    fake({ '/issues': () => sequence(1, 2) });
    await expect(at('/issues').get()).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });

  it('must be given as an object of patterns', () => {
    expect(() => fake([1, 2] as never)).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }));
  });
});

describe('respond()', () => {
  it('answers over the real reading of statuses, headers and bodies', async () => {
    fake({
      '/json': respond({ body: { id: 1 }, headers: { 'X-Request-Id': 'r-1' } }),
      '/text': respond({ body: 'hello' }),
      '/bytes': respond({ body: Buffer.from([1, 2]) }),
      '/empty': respond({ status: 204 }),
    });
    await expect(at('/json').get()).resolves.toEqual({ id: 1 });
    await expect(at('/text').get()).resolves.toBe('hello');
    await expect(at('/bytes').get()).resolves.toEqual(Buffer.from([1, 2]));
    await expect(at('/empty').get()).resolves.toBeNull();
    const logged = await world.tracker.requests().findOne({ endpoint: '/json' }).orFail();
    expect(logged).toMatchObject({ statusCode: 200, providerRequestId: 'r-1' });
  });

  it('opens a stream where the call asked for one', async () => {
    fake({ '/export': respond({ body: 'a,b\n1,2' }) });
    const stream = await at('/export').withOptions({ responseType: 'stream' }).get();
    await expect(text(stream as Readable)).resolves.toBe('a,b\n1,2');
  });

  it('with a body that is no JSON raises what such an answer raises', async () => {
    fake({ '/issues': respond({ body: '<html>', headers: { 'Content-Type': 'application/json' } }) });
    await expect(at('/issues').get()).rejects.toMatchObject({ code: 'RESPONSE_NOT_JSON' });
  });

  it('with an error status raises it, with headers and body', async () => {
    fake({ '/issues': respond({ status: 422, headers: { 'X-Reason': 'title' }, body: { message: 'too long' } }) });
    const error = { code: 'UPSTREAM_STATUS', statusCode: 422, body: { message: 'too long' } };
    await expect(at('/issues').post()).rejects.toMatchObject({ ...error, headers: { 'x-reason': 'title' } });
    await expect(at('/issues').post(() => null)).rejects.toMatchObject({ ...error, headers: { 'x-reason': 'title' } });
  });

  it('with a 503 is retried, and each attempt is recorded', async () => {
    const unavailable = respond({ status: 503, headers: { 'Retry-After': '0' } });
    const { requests } = fake({ '/flaky': sequence(unavailable, unavailable, { id: 1 }) });
    expect(requests).toEqual([]);
    await expect(at('/flaky').get()).resolves.toEqual({ id: 1 });
    const logged = await world.tracker.requests().findOne({ endpoint: '/flaky' }).orFail();
    expect(logged.attempts.map(({ statusCode }) => statusCode)).toEqual([503, 503, 200]);
  });

  it('gives a callback the body, and the log its status', async () => {
    fake({ 'issues.create': respond({ status: 201, body: { id: 7 } }) });
    await expect(at('issues.create').post(() => null)).resolves.toEqual({ id: 7 });
    await expect(world.tracker.requests().findOne({ endpoint: 'issues.create' }).orFail()).resolves.toMatchObject({
      statusCode: 201,
    });
  });

  it('refuses a status that is none, at once', () => {
    for (const status of [0, 99, 199, 600, 200.5, Number.NaN]) {
      expect(() => respond({ status })).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }));
    }
  });
});

describe('a call that no pattern matches', () => {
  it('raises FAKE_RESPONSE_MISSING, naming what was asked for and the patterns', async () => {
    fake({ 'GET:/issues/*': 1, '/labels': 2 });
    const call = at('/issues').withData({ title: 'x' }).withAttempts(3).post();
    await expect(call).rejects.toMatchObject({
      code: 'FAKE_RESPONSE_MISSING',
      message: 'No fake response matches POST /issues (tracker). Patterns given: "GET:/issues/*", "/labels".',
    });
  });

  it('is an error for a callback too, and is not retried', async () => {
    const faked = fake({});
    await expect(at('issues.list').get(() => 1)).rejects.toMatchObject({
      code: 'FAKE_RESPONSE_MISSING',
      message: 'No fake response matches GET issues.list (tracker). Patterns given: none.',
    });
    expect(faked.requests).toMatchObject([{ attempts: 1 }]);
  });

  it('keeps secrets out of the message', async () => {
    fake({ '/labels': 2 });
    const call = at(`/issues/${token}?access_token=abc123&state=open`).get();
    const error = (await call.catch((failure: unknown) => failure)) as Error;
    expect(error.message).toContain('GET /issues/');
    expect(error.message).toContain('state=open');
    expect(error.message).not.toContain(token);
    expect(error.message).not.toContain('abc123');
  });

  it('is answered as `unmatched` says', async () => {
    fake({ '/labels': 2 }, { unmatched: null });
    await expect(at('/issues').get()).resolves.toBeNull();
    fake({ '/labels': 2 }, { unmatched: ({ endpoint }) => `asked ${endpoint}` });
    await expect(at('/issues').get()).resolves.toBe('asked /issues');
    await expect(at('/labels').get()).resolves.toBe(2);
  });
});

describe('forIntegration()', () => {
  it('comes before the general responses, whatever their patterns, and falls back to them', async () => {
    const other = await world.create('Other');
    fake({ 'GET:/issues': 'general', '/labels': 'general' }).forIntegration(other, { '/*ssues': 'scoped' });
    await expect(other.at('/issues').get()).resolves.toBe('scoped');
    await expect(other.at('/labels').get()).resolves.toBe('general');
    await expect(at('/issues').get()).resolves.toBe('general');
  });

  it('takes an id as well, and later responses before earlier ones', async () => {
    const id = world.tracker._id;
    fake().forIntegration(id, { '/a': 1, '/b': 1 }).forIntegration(id.toHexString(), { '/b': 2 });
    await expect(at('/a').get()).resolves.toBe(1);
    await expect(at('/b').get()).resolves.toBe(2);
    await expect(at('/c').get()).resolves.toBeNull();
  });

  it('is named in a miss of that integration', async () => {
    fake({ '/a': 1 }).forIntegration(world.tracker, { '/b': 1 });
    await expect(at('/c').get()).rejects.toThrow('Patterns given: "/b", "/a".');
  });

  it('refuses what is no integration', () => {
    const { forIntegration } = fake();
    expect(() => forIntegration('nobody', {})).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }));
  });
});

describe('a faked call', () => {
  it('is built, logged and announced as a real one', async () => {
    const announced: string[] = [];
    const remove = world.integrations.on('requestCompleted', ({ request }) => announced.push(request.endpoint));
    fake({ '/users/{owner}/issues': { id: 1 } });
    await at('/users/{owner}/issues').withData({ title: 'x' }).withIdempotencyKey('key-1').post();
    remove();
    const logged = await world.tracker.requests().findOne({ endpoint: '/users/{owner}/issues' }).orFail();
    expect(logged).toMatchObject({ method: 'POST', statusCode: 200, idempotencyKey: 'key-1' });
    expect(logged.requestData).toBe('{"title":"x"}');
    expect(logged.responseData).toBe('{"id":1}');
    expect(announced).toEqual(['/users/{owner}/issues']);
  });

  it('that could not be sent fails as it would without the fake', async () => {
    const faked = fake();
    await expect(at('/teams/{team}').get()).rejects.toMatchObject({ code: 'PATH_VALUE_MISSING' });
    await expect(at('https://elsewhere.example').get()).rejects.toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' });
    expect(faked.requests).toEqual([]);
  });

  it('times out where the response takes too long', async () => {
    fake({ '/slow': () => new Promise(() => undefined) });
    const slow = at('/slow').withOptions({ timeoutMs: 20 }).withAttempts(1);
    await expect(slow.get()).rejects.toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
    await expect(slow.get(() => 1)).rejects.toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
  });

  it('may be one of integration.http', async () => {
    const faked = fake({ 'POST:/issues': ({ data }) => ({ created: data }) });
    const { data, status } = await world.tracker.http.post('/issues', { title: 'x' });
    expect({ data, status }).toEqual({ data: { created: { title: 'x' } }, status: 200 });
    expect(faked.requests).toMatchObject([{ method: 'POST', endpoint: '/issues', data: { title: 'x' } }]);
  });
});

describe('the requests of a fake', () => {
  it('tell what was asked for, once for each call', async () => {
    const faked = fake({ '/users/{owner}': sequence(respond({ status: 503, headers: { 'retry-after': '0' } }), 1) });
    const data = { page: 1 };
    await at('/users/{owner}')
      .withData(data)
      .withOptions({ headers: { 'X-Trace': 't' } })
      .get();
    data.page = 2;
    expect(faked.requests).toEqual([
      {
        integrationId: world.tracker._id,
        provider: 'tracker',
        endpoint: '/users/{owner}',
        method: 'GET',
        data: { page: 1 },
        idempotencyKey: null,
        url: `${world.upstream.origin}/users/acme?page=1`,
        headers: expect.objectContaining({ 'x-trace': 't' }),
        attempts: 2,
      },
    ]);
    expect(faked.requests[0]?.integrationId).toBeInstanceOf(Types.ObjectId);
  });

  it('hold no credentials', async () => {
    const faked = fake();
    await at('/issues').get();
    expect(faked.requests).toHaveLength(1);
    expect(JSON.stringify(faked.requests)).not.toContain(token);
  });
});

describe('stopFaking()', () => {
  it('lets calls out again', async () => {
    fake({ '/real': 1 });
    await expect(at('/real').get()).resolves.toBe(1);
    stopFaking();
    await expectRealCall();
  });

  it('does nothing where nothing is faked', () => {
    expect(() => {
      stopFaking();
      stopFaking();
    }).not.toThrow();
  });

  it('is also a method of the fake, which stops that one only', async () => {
    const first = fake({ '/issues': 'first' });
    const second = fake({ '/issues': 'second' });
    first.stop();
    await expect(at('/issues').get()).resolves.toBe('second');
    second.stop();
    await expectRealCall();
  });
});

describe('with several open instances', () => {
  it('the faked one must be named; stopFaking() stops them all', async () => {
    const other = world.open('other');
    try {
      expect(() => fake()).toThrow(expect.objectContaining({ code: 'INSTANCE_AMBIGUOUS' }));
      fake({ '/issues': 'faked' }, { integrations: world.integrations });
      fake({}, { integrations: other });
      await expect(at('/issues').get()).resolves.toBe('faked');
      stopFaking({ integrations: other });
      await expect(at('/issues').get()).resolves.toBe('faked');
      stopFaking();
      await expectRealCall();
    } finally {
      await other.close();
    }
  });

  it('what is no instance is refused', () => {
    const integrations = {} as never;
    expect(() => fake({}, { integrations })).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }));
  });
});
