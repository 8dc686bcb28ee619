import { describe, expect, it } from 'vitest';
import { syncJobs } from '../../../../lib/sync/job-names.js';
import { useSyncWorld } from '../sync-world.js';

const world = useSyncWorld();
const runs = () => world.get().models.IntegrationSyncRun.find().lean();
const schedule = () => world.schedule({ listensTo: () => false });

describe('beginDue()', () => {
  it('begins what is due, though this process handles no items, and tells the runs', async () => {
    const integration = await world.integration();
    await world.set(await world.integration(), { isActive: false });
    await world.integration({ provider: 'nightly' });
    const begun = await schedule().beginDue({});
    const [run] = await runs();
    const runId = run!._id.toHexString();
    const { id: integrationId, provider, name } = integration;
    expect(begun).toEqual([{ integrationId, provider, name, outcome: 'begun', runId }]);
    expect(world.jobs).toEqual([{ name: syncJobs.run, runId }]);
  });

  it('tells of what is under way already', async () => {
    const run = await world.begin(await world.integration());
    expect(await schedule().beginDue({})).toMatchObject([{ outcome: 'underWay', runId: run._id.toHexString() }]);
    expect(world.jobs).toEqual([]);
  });

  it('says in a dry run what is due, and writes nothing', async () => {
    const integration = await world.integration();
    await world.integration({ provider: 'nightly' });
    const before = await world.get().models.Integration.find().lean();
    expect(await schedule().beginDue({ dryRun: true })).toMatchObject([
      { integrationId: integration.id, outcome: 'due', runId: null },
    ]);
    expect([await runs(), world.jobs]).toEqual([[], []]);
    expect(await world.get().models.Integration.find().lean()).toEqual(before);
  });

  it('begins no more when its signal is aborted', async () => {
    await world.integration();
    expect(await schedule().beginDue({ signal: AbortSignal.abort() })).toEqual([]);
    expect(await runs()).toEqual([]);
  });

  it('begins more than a tick does at once', async () => {
    const { Integration } = world.get().models;
    const integration = (await world.integration()).toObject();
    const copies = Array.from({ length: 1_100 }, () => ({ ...integration, _id: new Integration()._id }));
    await Integration.collection.insertMany(copies);
    expect(await schedule().beginDue({ dryRun: true })).toHaveLength(1_101);
  });
});
