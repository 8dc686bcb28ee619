import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFreeRuns } from '../../../lib/prune/free-runs.js';
import { prunableSyncItems } from '../../../lib/prune/sync-items.js';
import { itemCollections } from '../../../lib/sync/items/item-collections.js';
import { runCollection } from '../../../lib/sync/runs/run-collection.js';
import { useDatabase } from '../../support/database.js';
import { useSyncInstance } from '../../support/sync-instance.js';
import { listThings } from '../../support/sync-provider.js';
import { daysAgo } from './prune-world.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const world = useSyncInstance(database);
const { integrations } = world;
const { IntegrationSyncRun, IntegrationSyncItem, IntegrationSyncBatch, IntegrationLog } = integrations.models;

const only = ['syncItems', 'syncRuns', 'logs'] as const;

beforeEach(async () => {
  for (const model of [IntegrationSyncRun, IntegrationSyncItem, IntegrationLog]) await model.collection.deleteMany({});
});

/** Lists those things; the id of the run. */
async function sync(...ids: number[]): Promise<Types.ObjectId> {
  world.list = listThings(...ids);
  await integrations.sync(world.integration, { wait: true });
  const run = await IntegrationSyncRun.findOne({ integrationId: world.integration._id }).sort({ _id: -1 }).orFail();
  return run._id;
}

/** As if everything had happened so long ago. */
async function age(days: number): Promise<void> {
  const at = daysAgo(days);
  const own = { integrationId: world.integration._id };
  await IntegrationSyncRun.collection.updateMany(own, { $set: { createdAt: at, settledAt: at } });
  await IntegrationSyncItem.collection.updateMany(own, { $set: { createdAt: at, completedAt: at } });
  await IntegrationLog.collection.updateMany(own, { $set: { createdAt: at } });
}

/** What is left of a run. */
async function left(runId: Types.ObjectId) {
  const [items, run, log] = await Promise.all([
    IntegrationSyncItem.countDocuments({ syncLogId: runId }),
    IntegrationSyncRun.countDocuments({ _id: runId }),
    IntegrationLog.countDocuments({ _id: runId }),
  ]);
  return { items, run, log };
}

const settled = (runId: Types.ObjectId) =>
  waitFor(
    async () => expect(await integrations.syncs.run(runId)).toMatchObject({ phase: 'settled', outcome: 'success' }),
    { timeout: 15_000 },
  );

describe('a settled run', () => {
  it('loses its items first, and goes later, with its log; the newest one stays as it is', async () => {
    const old = await sync(1, 2);
    const newest = await sync(3);
    await age(100);
    expect(await integrations.prune({ only })).toMatchObject({ collections: { syncItems: 2, syncRuns: 0, logs: 0 } });
    expect(await left(old)).toEqual({ items: 0, run: 1, log: 1 });
    expect(await integrations.syncs.run(old)).toMatchObject({ outcome: 'success', listed: 2, succeeded: 2 });
    await age(400);
    expect(await integrations.prune({ only })).toMatchObject({ collections: { syncItems: 0, syncRuns: 1, logs: 1 } });
    expect(await left(old)).toEqual({ items: 0, run: 0, log: 0 });
    expect(await left(newest)).toEqual({ items: 1, run: 1, log: 1 });
  });

  it('is found by a dry run as it is by one that deletes it with its items', async () => {
    await sync(1, 2);
    await sync(3);
    await age(400);
    const dry = await integrations.prune({ only, dryRun: true });
    expect(dry.collections).toEqual({ syncItems: 2, syncRuns: 1, logs: 1 });
    expect(await integrations.prune({ only })).toEqual({ ...dry, dryRun: false });
  });

  it('cannot be settled again without its items', async () => {
    const old = await sync(1);
    await sync(2);
    await age(100);
    await integrations.prune({ only });
    await expect(integrations.syncs.refinalise(old)).rejects.toMatchObject({ code: 'SYNC_RUN_NOT_FOUND' });
    expect(await integrations.syncs.run(old)).toMatchObject({ phase: 'settled', succeeded: 1 });
  });

  it('goes with batches that a process has left behind', async () => {
    const old = await sync(1);
    await sync(2);
    await age(400);
    const batch = {
      integrationId: world.integration._id,
      syncLogId: old,
      ids: [],
      availableAt: new Date(),
      lease: 'x',
    };
    await IntegrationSyncBatch.collection.insertOne({ _id: new Types.ObjectId(), ...batch });
    await integrations.prune({ only });
    expect(await IntegrationSyncBatch.countDocuments({ syncLogId: old })).toBe(0);
  });

  it('that somebody has settled again since it was found keeps its items', async () => {
    const old = await sync(1);
    await sync(2);
    await age(100);
    const freeRuns = createFreeRuns(integrations.models);
    const { chunks } = prunableSyncItems({
      ...itemCollections(integrations.models),
      runs: runCollection(IntegrationSyncRun),
      before: daysAgo(90),
      freeRuns: {
        ...freeRuns,
        async among(runs) {
          const free = await freeRuns.among(runs);
          await integrations.syncs.refinalise(old);
          return free;
        },
      },
    });
    for await (const chunk of chunks({ isDry: false })) await chunk.remove();
    expect(await left(old)).toMatchObject({ items: 1 });
    await settled(old);
  });
});

describe('a run with a failed item', () => {
  it('stays with all its items, until that is retried: the cursor is made of all of them', async () => {
    world.handle = ({ payload }) => {
      if (payload.id === 1) throw new Error('not yet');
    };
    const old = await sync(1, 2, 3);
    const newest = await sync();
    await age(400);
    await integrations.prune({ only });
    expect(await left(old)).toEqual({ items: 3, run: 1, log: 1 });
    expect((await integrations.findOrFail(world.integration._id)).syncCursor).toBeNull();

    world.handle = () => undefined;
    await integrations.syncs.retry({ runId: old });
    await settled(old);
    expect((await integrations.findOrFail(world.integration._id)).syncCursor).toBe(3);
    await age(400);
    await integrations.prune({ only });
    expect(await left(old)).toEqual({ items: 0, run: 0, log: 0 });
    expect(await left(newest)).toEqual({ items: 0, run: 1, log: 1 });
  });

  it('stays, where it is one that an older version of the application has left', async () => {
    const old = await sync(1, 2);
    await sync(3);
    await age(400);
    await IntegrationSyncItem.collection.updateOne({ syncLogId: old }, { $set: { status: 'failed' } });
    await integrations.prune({ only });
    expect(await left(old)).toEqual({ items: 2, run: 1, log: 1 });
  });
});

describe('a run that is not over', () => {
  it('stays with its items and its log', async () => {
    const old = await sync(1);
    await sync(2);
    await age(400);
    const later = new Date(Date.now() + 86_400_000);
    const open = { phase: 'draining', availableAt: later, lease: 'of a process that stands still' };
    await IntegrationSyncRun.collection.updateOne({ _id: old }, { $set: open });
    await integrations.prune({ only });
    expect(await left(old)).toEqual({ items: 1, run: 1, log: 1 });
    await IntegrationSyncRun.collection.updateOne({ _id: old }, { $set: { phase: 'settled', lease: null } });
  });
});

describe('a run that the schedule goes by', () => {
  it('stays, also where it is not the newest', async () => {
    const old = await sync(1);
    await sync(2);
    await age(400);
    await integrations.models.Integration.collection.updateOne(
      { _id: world.integration._id },
      { $set: { lastSyncRunId: old } },
    );
    await integrations.prune({ only });
    expect(await left(old)).toEqual({ items: 1, run: 1, log: 1 });
  });
});
