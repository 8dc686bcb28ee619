import { Types } from 'mongoose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationDocument, IntegrationFields } from '../../../lib/index.js';
import { createIncidentSignals } from '../../../lib/incidents/incident-signals.js';
import { recoverStaleness } from '../../../lib/monitoring/staleness-episode.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';

const database = useDatabase();
const upstream = useHttpServer();
const options = { monitoring: { staleAfterIntervals: 4 } };
const local = useLocalInstance(database, upstream, options);
const nothing = (): never => {
  throw new Error('Not called');
};
/** By default every 30 minutes. */
const scheduled = useLocalInstance(database, upstream, {
  ...options,
  prefix: 'scheduled',
  provider: {
    sync: nothing,
    defaultSyncInterval: () => 30,
    defaultRateLimit: () => null,
    reduceCheckpoints: nothing,
  },
});

const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
let integration: IntegrationDocument;
let events: string[];

beforeAll(() => {
  const { integrations } = local;
  integrations.on('syncBecameStale', (payload) => {
    events.push(`stale ${payload.integration.id} since ${String(payload.lastSyncedAt?.toISOString() ?? null)}`);
  });
  integrations.on('syncStalenessRecovered', (payload) => events.push(`recovered ${payload.integration.id}`));
});

beforeEach(async () => {
  events = [];
  const { Integration } = local.integrations.models;
  await Integration.deleteMany({ name: { $in: ['Own', 'Many'] } });
  integration = await local.integrations.create({
    provider: 'local',
    name: 'Own',
    credentials: { token: localToken },
    syncIntervalMinutes: 10,
  });
});

/** Past Mongoose, which lets nobody change `createdAt`. */
const set = (fields: Partial<IntegrationFields>, of = local) =>
  of.integrations.models.Integration.collection.updateOne({ _id: integration._id }, { $set: fields });
const stored = () => local.integrations.findOrFail(integration._id);
const check = () => local.integrations.checkStaleness(integration);
const open = () => local.integrations.incidents.current(integration);

describe('an integration', () => {
  it.each([39, 41])(
    'is stale when its last clean sync is more than four intervals ago: of 10 minutes, %i',
    async (age) => {
      await set({ lastSyncedAt: minutesAgo(age), createdAt: minutesAgo(1_000) });
      const stale = age > 40 ? 1 : 0;
      expect(await check()).toEqual({ checked: 1, stale, becameStale: stale, recovered: 0 });
      expect((await stored()).staleSince instanceof Date).toBe(stale === 1);
    },
  );

  it('with a cron expression is stale when so many occurrences have passed', async () => {
    await set({ syncCron: '0 0 * * *', createdAt: minutesAgo(30 * 24 * 60) });
    await set({ lastSyncedAt: minutesAgo(2 * 24 * 60) });
    expect(await check()).toMatchObject({ stale: 0 });
    await set({ lastSyncedAt: minutesAgo(6 * 24 * 60) });
    expect(await check()).toMatchObject({ becameStale: 1 });
  });

  it('whose schedule is paused is left alone, in an episode and out of it', async () => {
    await set({ lastSyncedAt: minutesAgo(60), syncPausedAt: minutesAgo(1) });
    expect(await check()).toEqual({ checked: 1, stale: 0, becameStale: 0, recovered: 0 });
    await set({ lastSyncedAt: minutesAgo(1), staleSince: minutesAgo(60) });
    expect(await check()).toEqual({ checked: 1, stale: 1, becameStale: 0, recovered: 0 });
  });

  it('that was never synced is measured from its creation', async () => {
    expect(await check()).toMatchObject({ stale: 0 });
    await set({ createdAt: minutesAgo(41) });
    expect(await check()).toMatchObject({ becameStale: 1 });
    await expect.poll(() => events).toEqual([`stale ${integration.id} since null`]);
  });

  it('becomes stale once, with an incident, whoever checks at the same time', async () => {
    const lastSyncedAt = minutesAgo(60);
    await set({ lastSyncedAt });
    const results = await Promise.all(Array.from({ length: 8 }, check));
    expect(results.map(({ becameStale }) => becameStale).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    expect(await check()).toMatchObject({ stale: 1, becameStale: 0 });
    await expect.poll(() => events).toEqual([`stale ${integration.id} since ${lastSyncedAt.toISOString()}`]);
    expect(await open()).toMatchObject({ severity: 'warning', sources: { staleness: 'warning', health: null } });
  });

  it('is no less healthy for it', async () => {
    await set({ lastSyncedAt: minutesAgo(60) });
    await check();
    expect(await stored()).toMatchObject({ healthStatus: 'healthy', consecutiveFailures: 0, isActive: true });
  });

  it('recovers once, and the incident closes', async () => {
    await set({ lastSyncedAt: minutesAgo(60) });
    await check();
    await set({ lastSyncedAt: new Date() });
    const results = await Promise.all(Array.from({ length: 8 }, check));
    expect(results.map(({ recovered }) => recovered).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    await expect.poll(() => events.slice(1)).toEqual([`recovered ${integration.id}`]);
    expect((await stored()).staleSince).toBeNull();
    expect(await open()).toBeNull();
    await set({ lastSyncedAt: minutesAgo(60) });
    expect(await check()).toMatchObject({ becameStale: 1 });
  });

  it('recovers with a clean sync, before anybody checks', async () => {
    const { models } = local.integrations;
    await set({ lastSyncedAt: minutesAgo(60) });
    await check();
    const emit = (name: string) => void events.push(name);
    const parts = {
      model: models.Integration,
      events: { emit },
      incidents: createIncidentSignals({ model: models.IntegrationIncident, events: { emit }, logger: local.logger }),
    };
    expect(await Promise.all([1, 2, 3].map(() => recoverStaleness(parts, integration)))).toContain(true);
    expect(await recoverStaleness(parts, integration)).toBe(false);
    expect(events.slice(1)).toEqual(['syncStalenessRecovered', 'incidentClosed']);
  });

  it('without an interval is never stale, and no longer so when the interval is taken away', async () => {
    await set({ lastSyncedAt: minutesAgo(60) });
    await check();
    await local.integrations.update(integration, { syncIntervalMinutes: null });
    expect(await check()).toEqual({ checked: 1, stale: 0, becameStale: 0, recovered: 1 });
  });

  it('has the interval of its provider where it has none of its own', async () => {
    const { integrations, integration: other } = scheduled;
    const sync = (at: Date) =>
      integrations.models.Integration.collection.updateOne({ _id: other._id }, { $set: { lastSyncedAt: at } });
    await sync(minutesAgo(119));
    expect(await integrations.checkStaleness(other)).toMatchObject({ checked: 1, stale: 0 });
    await sync(minutesAgo(121));
    expect(await integrations.checkStaleness(other)).toMatchObject({ checked: 1, stale: 1 });
  });

  it('that is switched off is left alone', async () => {
    await set({ lastSyncedAt: minutesAgo(60), isActive: false });
    expect(await check()).toEqual({ checked: 0, stale: 0, becameStale: 0, recovered: 0 });
  });

  it('that is not there raises INTEGRATION_NOT_FOUND', async () => {
    await expect(local.integrations.checkStaleness(new Types.ObjectId())).rejects.toMatchObject({
      code: 'INTEGRATION_NOT_FOUND',
    });
  });
});

describe('a check of all', () => {
  it('goes through every active integration, more than fit into a page', async () => {
    const { Integration } = local.integrations.models;
    await Integration.deleteMany({});
    const many = Array.from({ length: 1_100 }, (_, index) => ({
      provider: 'local',
      name: 'Many',
      isActive: index % 11 !== 0,
      syncIntervalMinutes: index % 2 === 0 ? 10 : null,
      lastSyncedAt: minutesAgo(index % 550 === 2 ? 60 : 1),
    }));
    await Integration.insertMany(many);
    const result = await local.integrations.checkStaleness();
    expect(result).toEqual({ checked: 1_000, stale: 2, becameStale: 2, recovered: 0 });
    expect(await local.integrations.checkStaleness()).toMatchObject({ stale: 2, becameStale: 0 });
  });
});
