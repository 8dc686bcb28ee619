import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import { useSyncInstance } from '../../../support/sync-instance.js';
import { listThings } from '../../../support/sync-provider.js';

const database = useDatabase();

describe('waiting in an instance that has not been started', () => {
  const world = useSyncInstance(database, { start: false, prefix: 'unstarted' });

  it('does the work of the sync by itself', async () => {
    world.list = listThings(1, 2, 3);
    const result = await world.integrations.sync(world.integration, { wait: true });
    expect(result).toMatchObject({ succeeded: 3, cursor: 3 });
    expect(world.handled.toSorted()).toEqual([1, 2, 3]);
  });

  it('rejects with what the listing failed with', async () => {
    world.list = () => Promise.reject(new Error('No such thing'));
    const { integrations, integration } = world;
    await expect(integrations.sync(integration, { wait: true })).rejects.toMatchObject({ code: 'SYNC_FAILED' });
  });
});

describe('waiting in an instance that is stopped meanwhile', () => {
  const world = useSyncInstance(database, { prefix: 'stopping' });

  it('rejects, and hands the listing back for another process', async () => {
    const { integrations, integration } = world;
    let begun = (): void => undefined;
    const listing = new Promise<void>((resolve) => (begun = resolve));
    world.list = async (session) => {
      begun();
      await new Promise((resolve) => session.signal.addEventListener('abort', resolve));
    };
    const waiting = integrations.sync(integration, { wait: true });
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    await listing;
    await integrations.stop({ graceMs: 5_000 });
    await outcome;
    const { IntegrationSyncRun } = integrations.models;
    const left = await IntegrationSyncRun.findOne({ integrationId: integration._id }).lean();
    expect(left).toMatchObject({ phase: 'listing', lease: null, crashes: 0 });
    expect(left?.availableAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    world.list = listThings(1);
    await integrations.start();
    await expect.poll(() => world.names(), { timeout: 15_000 }).toContain('syncCompleted');
  });
});

describe('a provider without syncs', () => {
  const world = useSyncInstance(database, { start: false, prefix: 'plain' });

  it('is refused', async () => {
    const { integrations } = world;
    integrations.providers.register('plain', { name: 'Plain', credentialSchema: {}, metadataSchema: {} });
    const plain = await integrations.create({ provider: 'plain', name: 'Plain', credentials: {} });
    await expect(integrations.sync(plain)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
    await expect(plain.syncNow()).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
  });
});

describe('a provider with an incremental sync', () => {
  const called: string[] = [];
  const world = useSyncInstance(database, {
    prefix: 'incremental',
    provider: {
      sync: () => Promise.resolve(void called.push('sync')),
      syncIncremental: () => Promise.resolve(void called.push('syncIncremental')),
    },
  });

  it('is asked for it, but for full runs', async () => {
    const { integrations, integration } = world;
    await integrations.sync(integration, { wait: true });
    await integrations.sync(integration, { wait: true, full: true });
    expect(called).toEqual(['syncIncremental', 'sync']);
  });
});

describe('plan(), and waiting for a run', () => {
  const world = useSyncInstance(database, { start: false, prefix: 'planned' });

  it('says what a sync would do, writes nothing, and waits for one that was begun', async () => {
    const { integrations, integration } = world;
    const { syncs } = integrations;
    expect(await syncs.plan(integration)).toEqual({ joins: null });
    expect(await syncs.runs(integration)).toEqual([]);
    world.list = listThings(1, 2);
    const { runId } = await integrations.syncNow(integration);
    expect(await syncs.plan(integration)).toEqual({ joins: runId });
    await expect(syncs.plan(integration, { full: true })).rejects.toMatchObject({ code: 'SYNC_ALREADY_RUNNING' });
    expect(await syncs.wait(runId)).toMatchObject({ succeeded: 2 });
    expect(await syncs.plan(integration)).toEqual({ joins: null });
    // Over already, and not begun anew.
    expect(await syncs.wait(runId)).toMatchObject({ succeeded: 2 });
    expect(await syncs.runs(integration)).toHaveLength(1);
  });

  it('plans nothing for an integration that is switched off', async () => {
    const { integrations, integration } = world;
    await integrations.disable(integration);
    await expect(integrations.syncs.plan(integration)).rejects.toMatchObject({ code: 'SYNC_CANCELLED' });
  });
});
