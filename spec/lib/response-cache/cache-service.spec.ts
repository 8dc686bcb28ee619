import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { another, counted, json, moment, storedOf } from './cache-world.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);

/** A call that tells how often it was made. */
function remembering(integration: typeof local.integration, endpoint: string, tags: string[] = []) {
  const callback = counted((run) => run);
  return () => integration.at(endpoint).withCache(60, { tags }).get(callback);
}

describe('invalidate()', () => {
  it('forgets the responses of an endpoint, and tells how many', async () => {
    const integration = await another(local);
    const one = remembering(integration, 'one');
    const two = remembering(integration, 'two');
    await Promise.all([one(), two()]);
    await expect(local.integrations.cache.invalidate(integration, { endpoint: 'one' })).resolves.toBe(1);
    await expect(Promise.all([one(), two()])).resolves.toEqual([2, 1]);
  });

  it('forgets the endpoints that a pattern means', async () => {
    const integration = await another(local);
    const calls = ['/a/1', '/a/2', '/a/2/b', '/c'].map((endpoint) => remembering(integration, endpoint));
    await Promise.all(calls.map((call) => call()));
    await expect(local.integrations.cache.invalidate(integration, { endpoint: '/a/*' })).resolves.toBe(2);
    await expect(Promise.all(calls.map((call) => call()))).resolves.toEqual([2, 2, 1, 1]);
  });

  it('forgets by a tag, across endpoints', async () => {
    const integration = await another(local);
    const one = remembering(integration, 'one', ['repo:1', 'user:7']);
    const two = remembering(integration, 'two', ['repo:1']);
    const three = remembering(integration, 'three', ['repo:2']);
    await Promise.all([one(), two(), three()]);
    await expect(local.integrations.cache.invalidate(integration, { tag: 'repo:1' })).resolves.toBe(2);
    await expect(Promise.all([one(), two(), three()])).resolves.toEqual([2, 2, 1]);
  });

  it('forgets what has both, where both are given', async () => {
    const integration = await another(local);
    const one = remembering(integration, 'one', ['t']);
    const two = remembering(integration, 'two', ['t']);
    await Promise.all([one(), two()]);
    await expect(local.integrations.cache.invalidate(integration, { tag: 't', endpoint: 'two' })).resolves.toBe(1);
    await expect(Promise.all([one(), two()])).resolves.toEqual([1, 2]);
  });

  it('forgets all of an integration, and nothing of others', async () => {
    const integration = await another(local);
    const other = remembering(await another(local), 'one');
    const calls = ['one', 'two'].map((endpoint) => remembering(integration, endpoint));
    await Promise.all([...calls.map((call) => call()), other()]);
    await expect(local.integrations.cache.invalidate(integration.id)).resolves.toBe(2);
    await expect(Promise.all([...calls.map((call) => call()), other()])).resolves.toEqual([2, 2, 1]);
  });

  it('sees to it that what is being fetched is not remembered, nor given to who asks afterwards', async () => {
    const integration = await another(local);
    const came = moment();
    const mayAnswer = moment();
    upstream.answer(async (request, response) => {
      came.resolve();
      await mayAnswer.promise;
      json('before')(request, response);
    });
    const call = () => integration.at('/under-way').withCache(60).get();
    const first = call();
    await came.promise;
    await expect(local.integrations.cache.invalidate(integration)).resolves.toBe(0);
    upstream.answer(json('after'));
    const second = call();
    await expect(second).resolves.toBe('after');
    mayAnswer.resolve();
    await expect(first).resolves.toBe('before');
    await expect(call()).resolves.toBe('after');
    expect(upstream.received).toHaveLength(2);
  });

  it('raises what it must for an integration that is not there', async () => {
    await expect(local.integrations.cache.invalidate(new Types.ObjectId())).rejects.toMatchObject({
      code: 'INTEGRATION_NOT_FOUND',
    });
  });

  it.each([{ endpoint: { $ne: '' } }, { tag: { $ne: '' } }, { tag: 7 }])('refuses %j', async (what) => {
    const call = local.integrations.cache.invalidate(local.integration, what as object);
    await expect(call).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });
});

it('nothing is left of an integration that is deleted', async () => {
  const integration = await another(local);
  await remembering(integration, 'deleted')();
  await expect(local.integrations.delete(integration)).resolves.toMatchObject({
    dependents: { IntegrationResponse: 1 },
  });
  await expect(storedOf(local.integrations.models, 'deleted')).resolves.toEqual([]);
});
