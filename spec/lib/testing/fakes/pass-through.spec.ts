import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  assertRequestCount,
  fake,
  passThrough,
  sequence,
  stopFaking,
  type Recordings,
} from '../../../../lib/testing/index.js';
import { token, useTracker } from '../tracker.js';

const world = useTracker();
const at = (endpoint: string) => world.tracker.at(endpoint);

beforeEach(() => {
  world.upstream.answer(({ url = '', headers }, response) => {
    const answers: Readonly<Record<string, () => unknown>> = {
      '/user': () =>
        response.setHeader('x-request-id', 'r-1').end(JSON.stringify({ id: 7, token, echo: headers.authorization })),
      '/text': () => response.setHeader('content-type', 'text/plain').end('hello'),
      '/quoted': () => response.end('"hello"'),
      '/bytes': () => response.setHeader('content-type', 'image/png').end(Buffer.from([137, 0, 255])),
      '/gone': () => response.writeHead(404).end('{"message":"gone"}'),
      '/broken': () => response.end('{"half'),
    };
    response.setHeader('content-type', 'application/json').setHeader('set-cookie', `session=${token}`);
    const answer = answers[url] ?? (() => response.writeHead(204).end());
    answer();
  });
});

afterEach(() => {
  stopFaking();
});

const real = () => world.upstream.received.map(({ url }) => url);

describe('passThrough()', () => {
  it('lets out what its pattern matches, authorized and recorded, and nothing else', async () => {
    fake({ '/user': passThrough(), '/issues': 'faked' });
    await expect(at('/user').get()).resolves.toMatchObject({ id: 7, echo: `Bearer ${token}` });
    await expect(at('/issues').get()).resolves.toBe('faked');
    expect(real()).toEqual(['/user']);
    assertRequestCount(2);
  });

  it('lets out what no pattern matches, as `unmatched`', async () => {
    fake({ '/issues': 'faked' }, { unmatched: passThrough() });
    await expect(at('/text').get()).resolves.toBe('hello');
    await expect(at('/issues').get()).resolves.toBe('faked');
    expect(real()).toEqual(['/text']);
  });

  it('may be what a function gives, and one of a sequence', async () => {
    fake({
      '/text': sequence('faked', passThrough()),
      '/user': ({ method }) => (method === 'GET' ? passThrough() : 1),
    });
    await expect(at('/text').get()).resolves.toBe('faked');
    await expect(at('/text').get()).resolves.toBe('hello');
    await expect(at('/user').post()).resolves.toBe(1);
    await expect(at('/user').get()).resolves.toMatchObject({ id: 7 });
  });

  it('runs callbacks', async () => {
    fake({ 'issues.list': passThrough() });
    await expect(at('issues.list').get(() => [{ id: 1 }])).resolves.toEqual([{ id: 1 }]);
  });
});

/** One call of each kind. */
async function callAll(): Promise<unknown[]> {
  const calls = ['/user', '/text', '/quoted', '/bytes', '/gone', '/broken', '/nothing'].map((path) =>
    at(path)
      .get()
      .catch((error: unknown) => (error as { code: string }).code),
  );
  return Promise.all([...calls, at('sdk.list').get(() => [{ id: 1 }])]);
}

describe('recordings()', () => {
  it('replay what the other API answered, also by way of a file', async () => {
    const recorder = fake({}, { unmatched: passThrough() });
    const [, ...answers] = await callAll();
    expect(answers).toEqual([
      'hello',
      'hello',
      Buffer.from([137, 0, 255]),
      'UPSTREAM_STATUS',
      'RESPONSE_NOT_JSON',
      null,
      [{ id: 1 }],
    ]);
    const recordings = recorder.recordings();
    const asked = real().length;
    for (const responses of [recordings, JSON.parse(JSON.stringify(recordings)) as Recordings]) {
      fake(responses);
      const [user, ...replayed] = await callAll();
      expect(replayed).toEqual(answers);
      expect(user).toMatchObject({ id: 7 });
    }
    expect(real()).toHaveLength(asked);
  });

  it('hold no secrets, neither of the integration nor by their names', async () => {
    const recorder = fake({}, { unmatched: passThrough() });
    await at('/user').get();
    await at('sdk.token').get(() => ({ accessToken: 'abc-4711', said: `Bearer ${token}` }));
    const text = JSON.stringify(recorder.recordings());
    expect(text).toContain('"GET:/user":{"$recorded":[{"status":200');
    expect(text).toContain('r-1');
    for (const secret of [token, 'abc-4711', 'set-cookie']) expect(text).not.toContain(secret);
  });

  it('keep the answers of each endpoint in order, and no more than there were', async () => {
    const recorder = fake({}, { unmatched: passThrough() });
    await at('/text').get();
    await at('/text').get();
    fake(recorder.recordings());
    await expect(at('/text').get()).resolves.toBe('hello');
    await expect(at('/text').get()).resolves.toBe('hello');
    await expect(at('/text').get()).rejects.toMatchObject({
      code: 'FAKE_RESPONSE_MISSING',
      message: 'The recording has 2 answers to GET /text, and there is one more request.',
    });
    await expect(at('/user').get()).rejects.toMatchObject({ code: 'FAKE_RESPONSE_MISSING' });
  });

  it('leave a stream to the caller', async () => {
    const recorder = fake({ '/text': passThrough() });
    const stream = await at('/text').withOptions({ responseType: 'stream' }).get();
    await expect(text(stream as Readable)).resolves.toBe('hello');
    expect(recorder.recordings()).toEqual({});
  });

  it('that are none are refused', () => {
    expect(() => fake({ '/a': { $recorded: [{ body: 1 }] } })).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID' }),
    );
  });
});
