import { once } from 'node:events';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import {
  batchesOf,
  drainOnce,
  itemsOf,
  list,
  newRun,
  numbered,
  openItemsWorld,
  until,
  type ItemsWorld,
} from './items-world.js';

const database = useDatabase();
let world: ItemsWorld;

beforeAll(async () => {
  world = await openItemsWorld(database.uri, {
    settings: { batchSize: 10, maxQueuedBatches: 3, maxPayloadBytes: 1_000_000 },
  });
  return () => world.close();
});

describe('what is dispatched', () => {
  it('is stored in batches, with its order, its batch and all fields of the contract', async () => {
    const run = newRun(world);
    await list(world, run, 25);
    const items = await itemsOf(world, run);
    expect(items.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 25 }, (_, index) => index));
    expect(items[3]).toMatchObject({
      integrationId: world.integration._id,
      eventClass: 'spec.item',
      externalId: '3',
      payload: { number: 3 },
      checkpointValue: 3,
      status: 'pending',
      attempts: 0,
      requests: [],
      requestCount: 0,
    });
    const batches = await batchesOf(world, run);
    expect(batches.map(({ ids }) => ids.length).toSorted((a, b) => a - b)).toEqual([5, 10, 10]);
    expect(batches.map(({ lease }) => lease)).toEqual([null, null, null]);
    for (const { _id, ids } of batches) {
      expect(items.filter(({ batchId }) => _id.equals(batchId)).map((item) => item._id)).toEqual(ids);
    }
  });

  it('wakes a drain of the run', async () => {
    const run = newRun(world);
    await list(world, run, 1);
    const runId = run._id.toHexString();
    expect(world.jobs).toContainEqual({ name: 'integrations.drain-sync-items', runId });
  });

  it('is stored soon, however slow the listing is', async () => {
    const run = newRun(world);
    const writer = world.writer(run);
    await writer.add(numbered(1));
    await until(() => writer.counts.listed === 1);
    expect(writer.counts).toMatchObject({ listed: 1, duplicates: 0, hasCheckpoints: false });
  });

  it('travels in smaller batches where items are large', async () => {
    const run = newRun(world);
    const writer = world.writer(run);
    const event = { name: 'spec.item', payload: 'x'.repeat(900_000) };
    for (let index = 0; index < 7; index += 1) await writer.add(event);
    await writer.flush();
    expect((await batchesOf(world, run)).map(({ ids }) => ids.length).sort()).toEqual([2, 5]);
  });

  it('waits while too many batches wait', async () => {
    const run = newRun(world);
    const writer = world.writer(run);
    const listing = (async () => {
      for (let index = 0; index < 200; index += 1) await writer.add(numbered(index), { externalId: index });
      await writer.flush();
    })();
    await until(async () => (await world.batches.countDue(run._id, 100)) >= 3);
    expect((await itemsOf(world, run)).length).toBeLessThanOrEqual(50);
    const remove = world.listeners.onSyncItem('spec.item', () => undefined);
    await until(async () => {
      await drainOnce(world, run);
      return writer.counts.listed === 200;
    });
    await listing;
    remove();
  });
});

describe('an item that is offered', () => {
  it('is taken where there is room, in the order of all others', async () => {
    const run = newRun(world);
    const writer = world.writer(run);
    expect(writer.offer(numbered(0), { externalId: 0 })).toBe(true);
    await writer.add(numbered(1), { externalId: 1 });
    expect(writer.offer(numbered(2), { externalId: 2 })).toBe(true);
    await writer.flush();
    expect((await itemsOf(world, run)).map(({ payload }) => payload)).toEqual([
      { number: 0 },
      { number: 1 },
      { number: 2 },
    ]);
  });

  it('is not taken while two batches are being stored', async () => {
    const run = newRun(world);
    const writer = world.writer(run);
    const taken = Array.from({ length: 25 }, (_, index) => writer.offer(numbered(index), { externalId: index }));
    expect(taken.filter(Boolean)).toHaveLength(20);
    await writer.flush();
    expect(await itemsOf(world, run)).toHaveLength(20);
  });

  it('is not taken when the listing is over', () => {
    const writer = world.writer(newRun(world), { signal: AbortSignal.abort() });
    expect(writer.offer(numbered(0))).toBe(false);
  });

  it('is refused where it is none, and leaves no gap', async () => {
    const run = newRun(world);
    const writer = world.writer(run);
    expect(() => writer.offer({ name: '', payload: 1 })).toThrow(
      expect.objectContaining({ code: 'SYNC_ITEM_INVALID' }),
    );
    writer.offer(numbered(0));
    await writer.flush();
    expect((await itemsOf(world, run)).map(({ sequence }) => sequence)).toEqual([0]);
  });
});

describe('repetitions', () => {
  it('are dropped and counted, and a batch of nothing else is deleted', async () => {
    const run = newRun(world);
    await list(world, run, 10);
    const again = world.writer(run, { firstSequence: 100 });
    for (let index = 0; index < 10; index += 1) await again.add(numbered(index + 1_000), { externalId: index });
    for (let index = 8; index < 12; index += 1) await again.add(numbered(index), { externalId: index });
    await again.flush();
    expect(again.counts).toMatchObject({ listed: 2, duplicates: 12 });
    expect((await itemsOf(world, run)).map(({ payload }) => payload)).toEqual(
      Array.from({ length: 12 }, (_, number) => ({ number })),
    );
    expect((await batchesOf(world, run)).map(({ ids }) => ids.length)).toEqual([10, 2]);
  });

  it('of another event, or without an external id, are none', async () => {
    const run = newRun(world);
    const writer = world.writer(run);
    await writer.add(numbered(1), { externalId: 'a' });
    await writer.add({ name: 'spec.other', payload: 1 }, { externalId: 'a' });
    await writer.add(numbered(2));
    await writer.add(numbered(2));
    await writer.flush();
    expect(writer.counts).toMatchObject({ listed: 4, duplicates: 0 });
  });
});

describe('what cannot be stored', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  let deep = {};
  for (let depth = 0; depth < 250; depth += 1) deep = { deep };

  it.each([
    ['is too large', { payload: 'x'.repeat(1_000_001) }, {}],
    ['has a cycle', { payload: cycle }, {}],
    ['is nested too deeply for the server', { payload: deep }, {}],
    ['has a checkpoint value that is too large', { payload: 1 }, { checkpointValue: 'x'.repeat(70_000) }],
  ])('fails its item and no other: one that %s', async (_name, { payload }, options) => {
    const run = newRun(world);
    const writer = world.writer(run);
    for (let index = 0; index < 4; index += 1) await writer.add(numbered(index));
    await writer.add({ name: 'spec.item', payload }, { externalId: 'bad', ...options });
    for (let index = 5; index < 8; index += 1) await writer.add(numbered(index));
    await writer.flush();
    const items = await itemsOf(world, run);
    expect(items.map(({ status }) => status)).toEqual(
      Array.from({ length: 8 }, (_, index) => (index === 4 ? 'failed' : 'pending')),
    );
    expect(items[4]).toMatchObject({
      payload: null,
      checkpointValue: null,
      error: { code: 'SYNC_PAYLOAD_INVALID' },
      completedAt: expect.any(Date),
    });
    expect((await batchesOf(world, run)).map(({ ids }) => ids.length)).toEqual([7]);
    expect(world.failed.at(-1)).toMatchObject({
      item: { _id: items[4]?._id },
      error: { code: 'SYNC_PAYLOAD_INVALID' },
    });
  });

  it.each([
    ['no event', null, {}],
    ['an event without a name', { payload: 1 }, {}],
    ['a name that no event can have', { name: '$set', payload: 1 }, {}],
    ['an empty external id', numbered(1), { externalId: '' }],
    ['one of 501 characters', numbered(1), { externalId: 'x'.repeat(501) }],
    ['one that is no number', numbered(1), { externalId: NaN }],
  ])('is refused to the provider: %s', async (_name, event, options) => {
    const writer = world.writer(newRun(world));
    await expect(writer.add(event as never, options)).rejects.toMatchObject({ code: 'SYNC_ITEM_INVALID' });
  });

  it('for a reason that lies with the database ends the listing', async () => {
    const run = newRun(world);
    const { collection } = world.models.IntegrationSyncItem;
    await world.connection.db!.command({
      collMod: collection.collectionName,
      validator: { integrationId: { $ne: world.integration._id } },
    });
    const writer = world.writer(run);
    await writer.add(numbered(1), { externalId: 1 });
    await expect(writer.flush()).rejects.toMatchObject({ code: 121 });
    await world.connection.db!.command({ collMod: collection.collectionName, validator: {} });
    await expect(writer.add(numbered(2))).rejects.toMatchObject({ code: 121 });
    await list(world, run, 3);
    expect(await itemsOf(world, run)).toHaveLength(3);
  });
});

describe('a listing that is over', () => {
  it('stores nothing where another process lists by now', async () => {
    const run = newRun(world);
    const writer = world.writer(run, { canWrite: () => false });
    await writer.add(numbered(1));
    await expect(writer.flush()).rejects.toMatchObject({ code: 'SYNC_LEASE_LOST' });
    expect(await itemsOf(world, run)).toEqual([]);
  });

  it('has what it stored too late handled all the same', async () => {
    const run = newRun(world);
    let asked = 0;
    const writer = world.writer(run, { canWrite: () => (asked += 1) === 1 });
    await writer.add(numbered(1));
    await expect(writer.flush()).rejects.toMatchObject({ code: 'SYNC_LEASE_LOST' });
    expect(world.reopened).toContain(run._id.toHexString());
    expect(await world.batches.hasDue(run._id)).toBe(true);
  });

  it('takes nothing more after its signal', async () => {
    const controller = new AbortController();
    const writer = world.writer(newRun(world), { signal: controller.signal });
    controller.abort(new Error('stopped'));
    await expect(writer.add(numbered(1))).rejects.toThrow('stopped');
  });

  it('leaves no batch half stored', async () => {
    const run = newRun(world);
    const controller = new AbortController();
    const canWrite = () => {
      controller.abort(new Error('stopped'));
      return true;
    };
    const writer = world.writer(run, { signal: controller.signal, canWrite });
    await writer.add(numbered(1));
    await once(controller.signal, 'abort');
    await writer.idle();
    expect(await batchesOf(world, run)).toMatchObject([{ ids: [expect.anything()], lease: null }]);
    expect(await itemsOf(world, run)).toHaveLength(1);
  });

  it('leaves no timer that goes on and on, where an item waits behind one that could not be stored', async () => {
    const controller = new AbortController();
    const writer = world.writer(newRun(world), { signal: controller.signal, canWrite: () => false });
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await Promise.allSettled(Array.from({ length: 11 }, (_, index) => writer.add(numbered(index))));
    await writer.idle();
    controller.abort(new Error('lost'));
    const ofWriter = () => timers.mock.calls.filter(([, ms]) => ms === 250);
    const begun = ofWriter();
    for (const [callback] of begun) callback();
    expect(ofWriter()).toHaveLength(begun.length);
    expect(begun.length).toBeGreaterThan(0);
    timers.mockRestore();
  });
});
