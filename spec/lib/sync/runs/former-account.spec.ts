import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import { useSyncInstance } from '../../../support/sync-instance.js';
import { listThings, thingSeen } from '../../../support/sync-provider.js';

const world = useSyncInstance(useDatabase(), { sync: { concurrency: 1 } });
const { integrations } = world;
const { Integration, IntegrationSyncItem, IntegrationSyncEntity, IntegrationSyncRun } = integrations.models;
const stored = () => integrations.findOrFail(world.integration.id);
const slack = { timeout: 15_000 };

/** As connecting does. */
async function changeAccount(): Promise<void> {
  const changed = { syncCursor: null, nextSyncAt: null, accountChangedAt: '$$NOW' };
  await Integration.collection.updateOne({ _id: world.integration._id }, [{ $set: changed }]);
}

/** Begins a sync whose listing waits, once it has listed these. */
async function listing(...ids: number[]) {
  let goOn = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (goOn = resolve));
  let tell = (): void => undefined;
  const listed = new Promise<void>((resolve) => (tell = resolve));
  world.list = async (session, integration) => {
    await listThings(...ids)(session, integration);
    tell();
    await waiting;
    await session.dispatch(thingSeen({ id: 99 }), { externalId: 99, checkpointValue: 99 });
  };
  const { runId } = await integrations.sync(world.integration);
  await listed;
  return { goOn, runId, settled: () => expect.poll(() => world.names(), slack).toContain('syncCompleted') };
}

describe('a sync that is under way when another account is connected', () => {
  it('is cancelled: it moves no cursor, and leaves nothing that would be missed later', async () => {
    const { goOn, settled, runId } = await listing(7);
    await changeAccount();
    goOn();
    await settled();
    expect(await IntegrationSyncRun.findById(runId).lean()).toMatchObject({ phase: 'settled', outcome: 'cancelled' });
    expect(await stored()).toMatchObject({ syncCursor: null, nextSyncAt: null, lastSyncedAt: null });
    expect(await IntegrationSyncEntity.countDocuments({ integrationId: world.integration._id })).toBe(0);
    expect(world.names()).not.toContain('integrationSynced');
  });

  it('has no listener called any more once that is known', async () => {
    const { goOn, settled } = await listing();
    await changeAccount();
    // Workers look once a second.
    await expect.poll(async () => (await stored()).accountChangedAt!.getTime() + 1_500 < Date.now(), slack).toBe(true);
    goOn();
    await settled();
    expect(world.handled).toEqual([]);
    const [item, ...others] = await IntegrationSyncItem.find({ integrationId: world.integration._id }).lean();
    expect(item).toMatchObject({ status: 'skipped', skipReason: 'Another account was connected.' });
    expect(others).toEqual([]);
  });

  it('is followed by one of the new account, from the beginning', async () => {
    const { goOn, settled } = await listing(7);
    await changeAccount();
    goOn();
    await settled();
    world.list = listThings(1, 2);
    world.handled.length = 0;
    const result = await integrations.sync(world.integration, { wait: true });
    expect(result).toMatchObject({ succeeded: 2, cursor: 2 });
    expect(world.handled.toSorted()).toEqual([1, 2]);
    expect(await stored()).toMatchObject({ syncCursor: 2 });
  });
});
