import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { SyncItemStatus } from '../../../../schemas/integration-sync-item.js';
import { useDatabase } from '../../../support/database.js';
import { useSyncInstance } from '../../../support/sync-instance.js';

const world = useSyncInstance(useDatabase(), { start: false });
const { integrations } = world;
const minuteMs = 60_000;

describe('markSynced()', () => {
  const scheduled = () =>
    integrations.create({ provider: 'things', name: 'Scheduled', credentials: {}, syncIntervalMinutes: 10 });

  it('notes a clean sync, and says so', async () => {
    world.integration.syncIntervalMinutes = 10;
    await world.integration.save();
    await world.integration.markSynced();
    const { lastSyncedAt, nextSyncAt } = await integrations.findOrFail(world.integration.id);
    expect(lastSyncedAt?.getTime()).toBeGreaterThan(Date.now() - minuteMs);
    expect(Number(nextSyncAt) - Number(lastSyncedAt)).toBeCloseTo(10 * minuteMs, -4);
    expect(world.integration.nextSyncAt).toEqual(nextSyncAt);
    await expect.poll(() => world.names()).toContain('integrationSynced');
  });

  it('with a time in the past does not pull the next sync there', async () => {
    const integration = await scheduled();
    const at = new Date('2026-01-01T00:00:00Z');
    await integration.markSynced(at);
    expect(integration.lastSyncedAt).toEqual(at);
    expect(Number(integration.nextSyncAt)).toBeGreaterThan(Date.now() + 5 * minuteMs);
  });

  it('with an earlier time than the last one keeps that', async () => {
    const integration = await scheduled();
    await integration.markSynced(new Date('2026-02-01T00:00:00Z'));
    await integration.markSynced(new Date('2026-01-01T00:00:00Z'));
    expect(integration.lastSyncedAt).toEqual(new Date('2026-02-01T00:00:00Z'));
  });

  it('forgets the failures before', async () => {
    const integration = await scheduled();
    await integrations.models.Integration.updateOne({ _id: integration._id }, { consecutiveSyncFailures: 3 });
    await integration.markSynced();
    expect(await integrations.findOrFail(integration.id)).toMatchObject({ consecutiveSyncFailures: 0 });
  });

  it('refuses what is no date, and an integration that is gone', async () => {
    const integration = await scheduled();
    await expect(integration.markSynced(new Date('soon'))).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
    await integrations.delete(integration);
    await expect(integration.markSynced()).rejects.toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
  });
});

describe('pendingSyncItemCount()', () => {
  it('counts what is pending or being worked on, of this integration', async () => {
    const statuses: SyncItemStatus[] = ['pending', 'pending', 'processing', 'success', 'failed', 'skipped'];
    const items = statuses.map((status) => ({
      integrationId: world.integration._id,
      eventClass: 'spec.thing',
      status,
    }));
    const other = { integrationId: new Types.ObjectId(), eventClass: 'spec.thing' };
    await integrations.models.IntegrationSyncItem.insertMany([...items, other]);
    expect(await world.integration.pendingSyncItemCount()).toBe(3);
  });
});
