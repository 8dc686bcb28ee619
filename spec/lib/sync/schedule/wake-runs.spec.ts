import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { syncJobs } from '../../../../lib/sync/job-names.js';
import type { SyncRun } from '../../../../lib/sync/runs/run-collection.js';
import { useSyncWorld } from '../sync-world.js';

const world = useSyncWorld();

/** Ticks where no integration is due. */
async function tick(): Promise<readonly string[]> {
  const { models } = world.get();
  await models.Integration.updateMany({}, { nextSyncAt: new Date(Date.now() + 3_600_000) });
  await world.schedule().tick(new AbortController().signal);
  return world.jobs.map(({ name }) => name).toSorted();
}

const counts = { listed: 0, duplicates: 0, expected: null, hasCheckpoints: false };

async function listed(): Promise<SyncRun> {
  const run = await world.begin(await world.integration());
  const held = await world.get().runs.claim(run._id, 'spec');
  await world.get().runs.enterDraining(held!, null, counts);
  return run;
}

const put = (run: SyncRun) => world.get().batches.put(run, [new Types.ObjectId()]);
const leaseBatch = (run: SyncRun) => world.get().batches.claim(run._id, 'spec', { skipCareful: false });

describe('a tick', () => {
  it('has a run listed that nobody lists', async () => {
    await world.begin(await world.integration());
    expect(await tick()).toEqual([syncJobs.run]);
  });

  it('leaves alone what somebody lists', async () => {
    const run = await world.begin(await world.integration());
    await world.get().runs.claim(run._id, 'spec');
    expect(await tick()).toEqual([]);
  });

  it('leaves alone a listing that is put off', async () => {
    const run = await world.begin(await world.integration());
    const held = await world.get().runs.claim(run._id, 'spec');
    await world.get().runs.putOff(held!, 60_000);
    expect(await tick()).toEqual([]);
  });

  it('has items handled that wait, also while somebody lists: he may wait for room', async () => {
    const run = await world.begin(await world.integration());
    await world.get().runs.claim(run._id, 'spec');
    await put(run);
    expect(await tick()).toEqual([syncJobs.drain]);
  });

  it('has a run settled whose items are all done', async () => {
    await listed();
    expect(await tick()).toEqual([syncJobs.settle]);
  });

  it('has a reopened run settled whose items are all done', async () => {
    const run = await world.settle(await world.begin(await world.integration()));
    await world.get().runs.reopen(run._id);
    expect(await tick()).toEqual([syncJobs.settle]);
  });

  it('has the items of a listed run handled', async () => {
    await put(await listed());
    expect(await tick()).toEqual([syncJobs.drain]);
  });

  it('leaves alone a run whose items are being handled', async () => {
    const run = await listed();
    await put(run);
    await leaseBatch(run);
    expect(await tick()).toEqual([]);
  });

  it('has a batch handled whose worker has vanished', async () => {
    const run = await listed();
    await put(run);
    await leaseBatch(run);
    const { collection } = world.get().models.IntegrationSyncBatch;
    await collection.updateOne({ syncLogId: run._id }, { $set: { availableAt: new Date(0) } });
    expect(await tick()).toEqual([syncJobs.drain]);
  });

  it('leaves alone what is settled', async () => {
    await world.settle(await world.begin(await world.integration()));
    expect(await tick()).toEqual([]);
  });
});
