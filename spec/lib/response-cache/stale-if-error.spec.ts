import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { another, counted, expire, json, moment, outcome, requestsOf, status } from './cache-world.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream, {
  circuit: { strategy: 'count', failureCount: 3 },
  rateLimits: { maxWaitSeconds: 0 },
});
const models = () => local.integrations.models;
const stale = { staleIfErrorSeconds: 600 };

/** An integration that remembers an expired response of the endpoint; its health and circuit are its own. */
async function withExpired(endpoint: string, secondsAgo = 1) {
  const integration = await another(local);
  upstream.answer(json('remembered'));
  await integration.at(endpoint).withCache(60, stale).get();
  await expire(models(), endpoint, secondsAgo);
  return integration;
}

describe('where the call fails, an expired response', () => {
  it('is served, and counted on the request that fetched it', async () => {
    const integration = await withExpired('/stale');
    upstream.answer(status(503));
    await expect(integration.at('/stale').withCache(60, stale).get()).resolves.toBe('remembered');
    await expect.poll(() => requestsOf(models(), '/stale')).toMatchObject([{ staleHits: 1, cacheHits: 0 }, {}]);
  });

  it('does not hide the failure from the log, the events, the circuit and health', async () => {
    const integration = await withExpired('/recorded');
    const failed: string[] = [];
    const forget = local.integrations.on('requestFailed', ({ request }) => failed.push(request.endpoint));
    upstream.answer(status(503));
    await integration.at('/recorded').withAttempts(1).withCache(60, stale).get();
    forget();
    await expect(requestsOf(models(), '/recorded')).resolves.toMatchObject([{ error: null }, { statusCode: 503 }]);
    expect(failed).toEqual(['/recorded']);
    await expect(local.integrations.circuit.inspect(integration)).resolves.toMatchObject({ failuresInARow: 1 });
    await expect(local.integrations.findOrFail(integration.id)).resolves.toMatchObject({ consecutiveFailures: 1 });
  });

  it('is served once all attempts have failed, and not where one of them succeeds', async () => {
    const integration = await withExpired('/retried');
    const answers = [status(503), json('new')];
    upstream.answer((request, response) => (answers.shift() ?? status(503))(request, response));
    await expect(integration.at('/retried').withCache(60, stale).get()).resolves.toBe('new');
    await expire(models(), '/retried');
    upstream.answer(status(503));
    await expect(integration.at('/retried').withAttempts(2).withCache(60, stale).get()).resolves.toBe('new');
  });

  it('is served where the circuit is open, and the other API is not asked', async () => {
    const integration = await withExpired('/open');
    await local.integrations.circuit.force(integration, 'open');
    const before = upstream.received.length;
    const call = () => integration.at('/open').withCache(60, stale).get();
    await expect.poll(() => outcome(integration.at('/open').get())).toBe('CIRCUIT_OPEN');
    await expect(call()).resolves.toBe('remembered');
    expect(upstream.received.length - before).toBeLessThanOrEqual(1);
  });

  it('is served where the rate limits allow no call', async () => {
    const integration = await withExpired('/limited');
    await local.integrations.rateLimits.override(integration, RateLimit.perHour(1));
    const call = (options = {}) => integration.at('/limited').withCache(60, options).get();
    await expect.poll(() => outcome(integration.at('/limited').get())).toBe('RATE_LIMIT_EXCEEDED');
    await expect(outcome(call())).resolves.toBe('RATE_LIMIT_EXCEEDED');
    await expect(call(stale)).resolves.toBe('remembered');
  });

  it('is served in place of what a callback threw', async () => {
    const integration = await another(local);
    const callback = counted((run) => (run === 1 ? 'remembered' : Promise.reject(new Error('down'))));
    const call = () => integration.at('thrown').withCache(60, stale).get(callback);
    await call();
    await expire(models(), 'thrown');
    await expect(call()).resolves.toBe('remembered');
    expect(callback.runs()).toBe(2);
  });

  it('is served in place of a failing answer that a callback returned', async () => {
    const integration = await another(local);
    const callback = counted((run) => (run === 1 ? 'remembered' : { status: 503, headers: {} }));
    const call = () => integration.at('returned').withAttempts(1).withCache(60, stale).get(callback);
    await call();
    await expire(models(), 'returned');
    await expect(call()).resolves.toBe('remembered');
  });

  it('is served when the deadline passes', async () => {
    const integration = await withExpired('/slow');
    upstream.answer(() => undefined);
    const call = integration.at('/slow').withCache(60, stale).withOptions({ deadlineMs: 100 }).get();
    await expect(call).resolves.toBe('remembered');
  });

  it('is served to all who waited for the call, each by its own wish', async () => {
    const integration = await withExpired('/shared');
    const came = moment();
    const answer = moment();
    upstream.answer(async (request, response) => {
      came.resolve();
      await answer.promise;
      status(503)(request, response);
    });
    const call = (options: object) => outcome(integration.at('/shared').withAttempts(1).withCache(60, options).get());
    const first = call(stale);
    await came.promise;
    const others = [call(stale), call({})];
    answer.resolve();
    await expect(Promise.all([first, ...others])).resolves.toEqual(['remembered', 'remembered', 'UPSTREAM_STATUS']);
  });
});

describe('the failure stands', () => {
  it('where staleness is not wished for, though there is such a response', async () => {
    const integration = await withExpired('/unwished');
    upstream.answer(status(503));
    await expect(outcome(integration.at('/unwished').withCache(60).get())).resolves.toBe('UPSTREAM_STATUS');
  });

  it('where the response expired too long ago', async () => {
    const integration = await withExpired('/too-old', 601);
    upstream.answer(status(503));
    await expect(outcome(integration.at('/too-old').withCache(60, stale).get())).resolves.toBe('UPSTREAM_STATUS');
  });

  it.each([401, 404])('where the answer is %i: it says something about the caller or the thing', async (code) => {
    const integration = await withExpired(`/answered-${code}`);
    upstream.answer(status(code));
    const call = integration.at(`/answered-${code}`).withCache(60, stale).get();
    await expect(call).rejects.toMatchObject({ statusCode: code });
  });

  it('where the caller gave up', async () => {
    const integration = await withExpired('/aborted');
    const controller = new AbortController();
    upstream.answer(() => controller.abort());
    const call = integration.at('/aborted').withCache(60, stale).withOptions({ signal: controller.signal }).get();
    await expect(call).rejects.toMatchObject({ code: 'CALL_ABORTED' });
  });

  it('where the new answer does not fit the schema', async () => {
    const integration = await another(local);
    const call = () => integration.at('/drifts').as({ type: 'string' }).withCache(60, stale).get();
    upstream.answer(json('fits'));
    await call();
    await expire(models(), '/drifts');
    upstream.answer(json(7));
    await expect(call()).rejects.toMatchObject({ code: 'SCHEMA_DRIFT', source: 'live' });
  });

  it('where the remembered response does not fit the schema any more', async () => {
    const integration = await another(local);
    let fits = true;
    const Changing = {
      from(payload: unknown): unknown {
        if (!fits) throw new Error('another version');
        return payload;
      },
    };
    const call = () => integration.at('/unfit').as(Changing).withCache(60, stale).get();
    upstream.answer(json('old'));
    await call();
    await expire(models(), '/unfit');
    fits = false;
    upstream.answer(status(503));
    await expect(call()).rejects.toMatchObject({ code: 'UPSTREAM_STATUS' });
  });
});

describe('the option cache.staleIfErrorSeconds', () => {
  const patient = useLocalInstance(database, upstream, { prefix: 'patient', cache: { staleIfErrorSeconds: 60 } });

  it('is what calls wish for that say nothing, and not what others do', async () => {
    const call = (options?: object) => outcome(patient.integration.at('/default').withCache(60, options).get());
    upstream.answer(json('remembered'));
    await call();
    await expire(patient.integrations.models, '/default');
    upstream.answer(status(503));
    await expect(call()).resolves.toBe('remembered');
    await expect(call({ staleIfErrorSeconds: 0 })).resolves.toBe('UPSTREAM_STATUS');
  });
});
