import { Types } from 'mongoose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeWithReplicaSet, useDatabase, useReplicaSetDatabase } from '../../support/database.js';
import { openFixture, token } from './store-fixture.js';

const { connection } = useDatabase();
const { models, store } = openFixture(connection);
const { Integration: _integration, ...dependents } = models;
const counts = (count: number) => Object.fromEntries(Object.keys(dependents).map((name) => [name, count]));

const create = () => store.create({ provider: 'acme', name: 'Main', credentials: { token } });

async function addDependents(integrationId: Types.ObjectId, each: number): Promise<void> {
  for (const { collection } of Object.values(dependents)) {
    await collection.insertMany(Array.from({ length: each }, () => ({ integrationId })));
  }
}

async function countDependents(integrationId: Types.ObjectId): Promise<Record<string, number>> {
  const entries = Object.entries(dependents).map(
    async ([name, { collection }]) => [name, await collection.countDocuments({ integrationId })] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('delete', () => {
  it("deletes the integration and all of its documents, and nobody else's", async () => {
    const [doomed, other] = [await create(), await create()];
    await addDependents(doomed._id, 3);
    await addDependents(other._id, 2);
    expect(await store.delete(doomed)).toEqual({ deleted: true, dependents: counts(3) });
    expect(await store.find(doomed._id)).toBeNull();
    expect(await countDependents(doomed._id)).toEqual(counts(0));
    expect(await store.find(other._id)).not.toBeNull();
    expect(await countDependents(other._id)).toEqual(counts(2));
  });

  it('deletes more documents than one operation takes', async () => {
    const { _id } = await create();
    await models.IntegrationLog.collection.insertMany(Array.from({ length: 2_001 }, () => ({ integrationId: _id })));
    expect((await store.delete(_id)).dependents).toMatchObject({ IntegrationLog: 2_001 });
  });

  it('may be repeated', async () => {
    const { _id } = await create();
    await store.delete(_id);
    expect(await store.delete(String(_id))).toEqual({ deleted: false, dependents: counts(0) });
  });

  it.each(Object.keys(dependents) as (keyof typeof dependents)[])(
    'leaves it switched off when it breaks off at %s, and a repetition finishes',
    async (name) => {
      const { _id } = await create();
      await addDependents(_id, 2);
      vi.spyOn(models[name].collection, 'deleteMany').mockRejectedValueOnce(new Error('connection lost'));
      await expect(store.delete(_id)).rejects.toThrow('connection lost');
      expect(await store.findOrFail(_id)).toMatchObject({ isActive: false });
      expect(await store.delete(_id)).toMatchObject({ deleted: true });
      expect(await countDependents(_id)).toEqual(counts(0));
    },
  );

  it('finishes when it broke off after the integration itself was deleted', async () => {
    const { _id } = await create();
    await models.Integration.collection.deleteOne({ _id });
    await addDependents(_id, 1);
    expect(await store.delete(_id)).toEqual({ deleted: false, dependents: counts(1) });
  });

  it('deletes what was being written meanwhile', async () => {
    const { _id } = await create();
    const deleteOne = models.Integration.collection.deleteOne.bind(models.Integration.collection);
    vi.spyOn(models.Integration.collection, 'deleteOne').mockImplementationOnce(async (...parameters) => {
      await addDependents(_id, 1);
      return deleteOne(...parameters);
    });
    expect(await store.delete(_id)).toEqual({ deleted: true, dependents: counts(1) });
    expect(await countDependents(_id)).toEqual(counts(0));
  });

  it('raises INTEGRATION_NOT_FOUND for what cannot be an id', async () => {
    await expect(store.delete('x')).rejects.toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
  });
});

describeWithReplicaSet('delete in a transaction', () => {
  const database = useReplicaSetDatabase();
  const fixture = openFixture(database.connection);

  it('is refused', async () => {
    const attempt = database.connection.transaction(async (session) => {
      const remove: (id: Types.ObjectId, options: object) => Promise<unknown> = fixture.store.delete;
      await remove(new Types.ObjectId(), { session });
    });
    await expect(attempt).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });
});
