import type { CommandStartedEvent } from 'mongodb';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defineSyncItemEvent } from '../../../../lib/index.js';
import type { SyncItemInput } from '../../../../lib/sync/item-listeners.js';
import type { BatchOwner } from '../../../../lib/sync/items/batch.js';
import { useDatabase } from '../../../support/database.js';
import { drainAll, drainOnce, itemsOf, list, newRun, openItemsWorld, type ItemsWorld } from './items-world.js';

const database = useDatabase();
const thing = defineSyncItemEvent('spec.item');
let world: ItemsWorld;
let remove: () => void = () => undefined;
/** How often items were read since the test began. */
let reads: number;

beforeAll(async () => {
  world = await openItemsWorld(database.uri, { settings: { batchSize: 10, itemTries: 2, itemBackoff: [0] } });
  const { collectionName } = world.models.IntegrationSyncItem.collection;
  world.connection.getClient().on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    if (commandName === 'find' && command.find === collectionName) reads += 1;
  });
  return () => world.close();
});

afterEach(() => remove());

type Input = SyncItemInput;

function listen(listener: (input: Input) => unknown): void {
  remove = world.listeners.onSyncItem(thing, listener);
}

async function dispatched(payload: unknown): Promise<BatchOwner> {
  const run = newRun(world);
  const writer = world.writer(run);
  await writer.add({ name: 'spec.item', payload }, { externalId: 1 });
  await writer.flush();
  return run;
}

/** What its listener got of each item. */
async function handled(run: BatchOwner): Promise<object[]> {
  const inputs: object[] = [];
  listen(({ item, payload, externalId }) => inputs.push({ item: item.toObject(), payload, externalId }));
  reads = 0;
  await drainAll(world, run);
  return inputs;
}

describe('what this process has just listed', () => {
  it('is handled without being read, and is what would have been read', async () => {
    const run = newRun(world);
    await list(world, run, 25);
    const asStored = await itemsOf(world, run);
    const inputs = await handled(run);
    expect(reads).toBe(0);
    expect(inputs).toHaveLength(25);
    const expected = asStored.map((item) => ({ item, payload: item.payload, externalId: item.externalId }));
    expect(inputs).toEqual(expect.arrayContaining(expected));
  });

  it('is read where a payload may come back as something else', async () => {
    const run = await dispatched({ bytes: Buffer.from('abc') });
    const [input] = await handled(run);
    expect(reads).toBe(1);
    expect(input).toMatchObject({ payload: { bytes: { _bsontype: 'Binary' } } });
  });

  it('is read when it is tried again, in case it is another process that does', async () => {
    const run = await dispatched({ number: 1 });
    const attempts: number[] = [];
    listen(({ attempt }) => {
      attempts.push(attempt);
      if (attempt === 1) throw new Error('Not yet');
    });
    reads = 0;
    await drainAll(world, run);
    expect(attempts).toEqual([1, 2]);
    expect(reads).toBe(1);
  });

  it('is read where somebody else has had the batch meanwhile', async () => {
    const run = await dispatched({ number: 1 });
    const batch = await world.batches.claim(run._id, 'another process', { skipCareful: false });
    await world.batches.release(batch!, { ...batch!, afterMs: 0 });
    await handled(run);
    expect(reads).toBe(1);
  });

  it('is read where its batch was taken from who filled it, because that took too long', async () => {
    const run = newRun(world);
    const { fill } = world.batches;
    const slow = { ...world.batches, fill: async (...args: Parameters<typeof fill>) => expired(await fill(...args)) };
    const expired = async (batch: Awaited<ReturnType<typeof fill>>) => {
      const { collection } = world.models.IntegrationSyncBatch;
      await collection.updateOne({ _id: batch._id }, { $set: { availableAt: new Date(0) } });
      await world.batches.claim(run._id, 'another process', { skipCareful: false });
      return batch;
    };
    const writer = world.writer(run, {}, { batches: slow });
    await writer.add({ name: 'spec.item', payload: 1 }, { externalId: 1 });
    await writer.flush();
    listen(() => undefined);
    reads = 0;
    await drainOnce(world, run);
    expect(reads).toBe(1);
  });
});

describe('a payload', () => {
  it('is as it was when it was dispatched, whatever becomes of the object', async () => {
    const payload = { state: 'as dispatched', labels: ['one'] };
    const run = newRun(world);
    const writer = world.writer(run);
    await writer.add({ name: 'spec.item', payload }, { externalId: 1 });
    payload.state = 'changed';
    payload.labels.push('two');
    await writer.flush();
    expect(await handled(run)).toMatchObject([{ payload: { state: 'as dispatched', labels: ['one'] } }]);
    expect((await itemsOf(world, run))[0]?.payload).toEqual({ state: 'as dispatched', labels: ['one'] });
  });

  it('that a listener changes is stored as it was', async () => {
    const given = { state: 'as dispatched' };
    const run = await dispatched(given);
    listen(({ payload }) => Object.assign(payload as object, { state: 'changed' }));
    await drainAll(world, run);
    expect(given).toEqual({ state: 'as dispatched' });
    expect((await itemsOf(world, run))[0]?.payload).toEqual(given);
  });
});
