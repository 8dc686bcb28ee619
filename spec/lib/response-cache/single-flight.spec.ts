import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { counted, json, moment, outcome, requestsOf, status } from './cache-world.js';

const database = useDatabase();
const upstream = useHttpServer();
/** Tells of its commands, so that a spec knows when callers have looked into the cache. */
const connection = mongoose.createConnection();
let looks = 0;
beforeAll(async () => {
  await connection.openUri(database.uri, { monitorCommands: true });
  connection.getClient().on('commandSucceeded', ({ commandName, reply }) => {
    const { ns } = (reply as { cursor?: { ns?: string } }).cursor ?? {};
    if (commandName === 'find' && ns?.endsWith('.integration_responses') === true) looks += 1;
  });
});
afterAll(() => connection.close());
const local = useLocalInstance({ name: database.name, uri: '', connection }, upstream);

/** An API that answers when it is told to. */
function heldBack(answer: Parameters<typeof upstream.answer>[0]) {
  const came = moment();
  const mayAnswer = moment();
  upstream.answer(async (request, response) => {
    came.resolve();
    await mayAnswer.promise;
    answer(request, response);
  });
  return { came: came.promise, answer: () => mayAnswer.resolve() };
}

const call = (endpoint: string, options: object = {}) =>
  local.integration.at(endpoint).withAttempts(1).withCache(60).withOptions(options).get();

describe('callers side by side', () => {
  it('share one call, its document, and each get a copy', async () => {
    const api = heldBack(json({ list: [1] }));
    const calls = Array.from({ length: 50 }, () => call('/together'));
    await api.came;
    api.answer();
    const values = (await Promise.all(calls)) as { list: number[] }[];
    values[0]!.list.push(2);
    expect(values.slice(1)).toEqual(Array.from({ length: 49 }, () => ({ list: [1] })));
    expect(upstream.received).toHaveLength(1);
    await expect
      .poll(() => requestsOf(local.integrations.models, '/together'))
      .toMatchObject([{ cacheHits: 49, statusCode: 200 }]);
  });

  it('share the failure of the other API, so that it is not overrun', async () => {
    const api = heldBack(status(503));
    const first = outcome(call('/failing'));
    await api.came;
    const before = looks;
    const others = Array.from({ length: 20 }, () => outcome(call('/failing')));
    // The first looks alone, the rest together.
    await expect.poll(() => looks - before).toBe(2);
    api.answer();
    await expect(Promise.all([first, ...others])).resolves.toEqual(Array.from({ length: 21 }, () => 'UPSTREAM_STATUS'));
    expect(upstream.received).toHaveLength(1);
  });

  it('make calls of their own where the response cannot be copied', async () => {
    const callback = counted((run) => ({ run, close: () => undefined }));
    const calls = Array.from({ length: 3 }, () => local.integration.at('uncopyable').withCache(60).get(callback));
    const values = await Promise.all(calls);
    expect(values.map(({ run }) => run).toSorted()).toEqual([1, 2, 3]);
  });
});

describe('a caller that leads', () => {
  it('leaves the lead to another one when its signal is aborted', async () => {
    const controller = new AbortController();
    const api = heldBack(json('answered'));
    const first = call('/left', { signal: controller.signal });
    await api.came;
    const other = call('/left');
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: 'CALL_ABORTED' });
    api.answer();
    await expect(other).resolves.toBe('answered');
    expect(upstream.received).toHaveLength(2);
  });

  it('leaves the lead to another one when its deadline passes', async () => {
    const api = heldBack(json('answered'));
    const first = call('/late', { deadlineMs: 100 });
    await api.came;
    const other = call('/late');
    await expect(first).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    api.answer();
    await expect(other).resolves.toBe('answered');
  });

  it('does not share what its own impatience came to', async () => {
    const api = heldBack(json('answered'));
    const first = call('/impatient', { timeoutMs: 100 });
    await api.came;
    const other = call('/impatient');
    await expect(first).rejects.toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
    api.answer();
    await expect(other).resolves.toBe('answered');
  });
});

describe('a caller that waits for another one', () => {
  it('leaves by its own signal, and the call goes on', async () => {
    const controller = new AbortController();
    const api = heldBack(json('answered'));
    const first = call('/waited-for');
    await api.came;
    const other = call('/waited-for', { signal: controller.signal });
    controller.abort();
    await expect(other).rejects.toMatchObject({ code: 'CALL_ABORTED' });
    api.answer();
    await expect(first).resolves.toBe('answered');
  });

  it('leaves by its own deadline', async () => {
    const api = heldBack(json('answered'));
    const first = call('/deadline');
    await api.came;
    await expect(call('/deadline', { deadlineMs: 50 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    api.answer();
    await first;
  });
});

it('stop() ends callers that wait', async () => {
  const stopping = local.integrations;
  const api = heldBack(json('too late'));
  const first = outcome(call('/stopped'));
  await api.came;
  const other = outcome(call('/stopped'));
  await stopping.stop({ graceMs: 0 });
  await expect(Promise.all([first, other])).resolves.toEqual(['INSTANCE_STOPPED', 'INSTANCE_STOPPED']);
  await stopping.start();
});
