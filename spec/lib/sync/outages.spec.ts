import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase, type Database } from '../../support/database.js';
import { startMongoProxy, type MongoProxy } from '../../support/mongo-proxy.js';
import { useSyncInstance, type SyncInstance } from '../../support/sync-instance.js';
import { listThings } from '../../support/sync-provider.js';

const database = useDatabase();
const slack = { timeout: 25_000, interval: 50 };
const things = Array.from({ length: 40 }, (_, index) => index + 1);

/** A way to the database that can be cut. */
function useUnsteadyDatabase(patienceMs: number) {
  const connection = mongoose.createConnection();
  let proxy: MongoProxy | undefined;
  let failedHeartbeats = 0;
  beforeAll(async () => {
    proxy = await startMongoProxy(database.uri);
    const patience = { serverSelectionTimeoutMS: patienceMs, bufferTimeoutMS: patienceMs };
    await connection.openUri(proxy.uri, { ...patience, heartbeatFrequencyMS: 500, directConnection: true });
    connection.getClient().on('serverHeartbeatFailed', () => (failedHeartbeats += 1));
  });
  beforeEach(() => {
    failedHeartbeats = 0;
  });
  afterAll(async () => {
    await connection.close();
    await proxy?.stop();
  });
  const unsteady: Database = {
    name: database.name,
    connection,
    get uri() {
      return database.uri;
    },
  };
  return {
    database: unsteady,
    cut: () => proxy?.cut(),
    restore: () => proxy?.restore(),
    /** For about half a second each. */
    isAwayFor: (heartbeats: number) => expect.poll(() => failedHeartbeats, slack).toBeGreaterThanOrEqual(heartbeats),
  };
}

/** What there is in the end, seen past the cut way. */
async function assertDone({ integration, integrations, handled }: SyncInstance): Promise<void> {
  const { models } = integrations;
  const of = (collection: { collectionName: string }) => database.connection.collection(collection.collectionName);
  const runs = () => of(models.IntegrationSyncRun.collection).find({ integrationId: integration._id }).toArray();
  const settled = { phase: 'settled', outcome: 'success', listed: things.length, succeeded: things.length };
  await expect.poll(runs, slack).toMatchObject([settled]);
  const items = of(models.IntegrationSyncItem.collection);
  expect(await items.countDocuments({ integrationId: integration._id, status: 'success' })).toBe(things.length);
  expect([...new Set(handled)].toSorted((one, other) => one - other)).toEqual(things);
  const stored = await of(models.Integration.collection).findOne({ _id: integration._id });
  expect(stored).toMatchObject({ syncCursor: things.length, consecutiveSyncFailures: 0 });
  const log = await of(models.IntegrationLog.collection).findOne({ integrationId: integration._id });
  expect(log).toMatchObject({ status: 'success' });
}

const sequenceOf = (from: number, to: number) => listThings(...things.slice(from - 1, to));

describe('a database that is away for a moment', () => {
  const way = useUnsteadyDatabase(30_000);
  const world = useSyncInstance(way.database, { prefix: 'moment', sync: { leaseSeconds: 2, batchSize: 5 } });
  let listings: number;

  beforeEach(() => {
    listings = 0;
  });

  it('in the middle of a listing holds it up, and no more than that', async () => {
    world.list = async (session, integration) => {
      listings += 1;
      await sequenceOf(1, 12)(session, integration);
      if (listings === 1) way.cut();
      const rest = sequenceOf(13, things.length)(session, integration);
      if (listings === 1) await way.isAwayFor(4);
      way.restore();
      await rest;
    };
    await world.integrations.sync(world.integration);
    await assertDone(world);
    expect(world.names().filter((name) => name === 'syncCompleted')).toHaveLength(1);
  }, 40_000);

  it('while items are handled has what came of them written later', async () => {
    world.list = listThings(...things);
    world.handle = async ({ payload }) => {
      if (payload.id !== 7 || world.handled.filter((id) => id === 7).length > 1) return;
      way.cut();
      await way.isAwayFor(4);
      way.restore();
    };
    await world.integrations.sync(world.integration);
    await assertDone(world);
    expect(world.names().filter((name) => name === 'syncItemFailed')).toEqual([]);
  }, 40_000);
});

describe('a database that is away for longer than anybody waits', () => {
  const way = useUnsteadyDatabase(300);
  const world = useSyncInstance(way.database, { prefix: 'longer', sync: { leaseSeconds: 1, batchSize: 5 } });

  const hasFailed = (job: string) =>
    world.logger.lines.some(({ message, meta }) => message === 'A job failed.' && meta.job === job);

  it('in the middle of a listing has it begun again from where it was saved', async () => {
    const began: unknown[] = [];
    world.list = async (session, integration) => {
      began.push(session.listing());
      if (session.listing() === null) {
        await sequenceOf(1, 12)(session, integration);
        await session.saveListing(13);
        way.cut();
        // Rejects: nobody can tell any more whether this is stored.
        await session.saveListing(20);
      }
      await sequenceOf(13, things.length)(session, integration);
    };
    await world.integrations.sync(world.integration);
    await expect.poll(() => hasFailed('integrations.sync-run'), slack).toBe(true);
    way.restore();
    await assertDone(world);
    expect(began).toEqual([null, 13]);
  }, 60_000);
});
