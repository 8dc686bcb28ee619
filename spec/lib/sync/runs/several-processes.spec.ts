import mongoose, { type Connection } from 'mongoose';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIntegrations, type IntegrationDocument, type StartedSync } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { useProcesses } from '../../../support/processes.js';
import { listThings, settleMembers, syncProvider, thingSeen } from '../../../support/sync-provider.js';
import type { SyncNote, SyncWorkerSettings } from '../../../support/sync-worker.js';
import type { WorkerProcess } from '../../../support/worker-process.js';

const database = useDatabase();
const processes = useProcesses('sync-worker.ts');
const slack = { timeout: 40_000, interval: 200 };
const things = 100;
const every = Array.from({ length: things }, (_, index) => index + 1);
let integrations: ReturnType<typeof createIntegrations>;
let integration: IntegrationDocument;

beforeAll(async () => {
  integrations = open(database.connection);
  await integrations.install();
  return () => integrations.close();
});

function open(connection: Connection) {
  return createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
    logger: false,
    jobs: { processEverySeconds: 0.1, lockSeconds: 5 },
    sync: { tickSeconds: 0.2, leaseSeconds: 2 },
    providers: { things: syncProvider(listThings(...every), settleMembers) },
  });
}

beforeEach(async () => {
  integration = await integrations.create({ provider: 'things', name: 'Things', credentials: {} });
  // It has a schedule, and would begin by itself.
  await integrations.syncs.pause(integration);
  await database.connection.collection('notes').deleteMany({});
});

const workers: WorkerProcess[] = [];

async function worker(settings: Partial<SyncWorkerSettings> = {}): Promise<WorkerProcess> {
  const started = await processes.start({
    ...{ uri: database.uri, integrationId: integration.id, things, stopAt: null, saveEvery: 0 },
    ...settings,
  });
  workers.push(started);
  return started;
}

// They would take part in the runs of the next test.
afterEach(() => Promise.all(workers.splice(0).map((each) => each.end())));

async function noted(kind: SyncNote['kind']): Promise<number[]> {
  const notes = await database.connection.collection<SyncNote>('notes').find({ kind }).toArray();
  return notes.map(({ thing }) => thing);
}

async function runs() {
  return integrations.models.IntegrationSyncRun.find({ integrationId: integration._id }).lean();
}

async function assertAllDone(): Promise<void> {
  await expect.poll(async () => (await noted('completed')).length, slack).toBe(1);
  expect(await runs()).toMatchObject([{ phase: 'settled', outcome: 'success', listed: things, succeeded: things }]);
  const items = await integration.syncItems().lean();
  expect(items.map(({ externalId }) => Number(externalId)).toSorted((one, other) => one - other)).toEqual(every);
  expect([...new Set(await noted('handled'))].toSorted((one, other) => one - other)).toEqual(every);
  expect(await integrations.findOrFail(integration.id)).toMatchObject({ syncCursor: things });
}

describe('a process that is killed in the middle of its listing', () => {
  async function killedLister(settings: Partial<SyncWorkerSettings>): Promise<void> {
    const lister = await worker({ ...settings, stopAt: 60 });
    await lister.ask({ sync: true });
    lister.kill('SIGKILL');
  }

  it('is followed by one that lists from the beginning: nothing is lost, and nothing doubled', async () => {
    await killedLister({});
    await worker();
    await assertAllDone();
    expect(await noted('began')).toEqual([1, 1]);
  }, 60_000);

  it('is followed by one that goes on from where the listing was saved', async () => {
    await killedLister({ saveEvery: 25 });
    await worker({ saveEvery: 25 });
    await assertAllDone();
    expect(await noted('began')).toEqual([1, 51]);
  }, 60_000);
});

describe('processes that begin at the same time', () => {
  it('have one run, which is listed once and ends once', async () => {
    const workers = await Promise.all([worker(), worker(), worker()]);
    const answers = await Promise.all(workers.map((each) => each.ask({ sync: true })));
    await assertAllDone();
    const begun = answers as StartedSync[];
    expect(new Set(begun.map(({ runId }) => runId)).size).toBe(1);
    expect(begun.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await noted('began')).toEqual([1]);
  }, 60_000);
});

describe('a run that one process begins and another one ends', () => {
  let connection: Connection;
  let heir: ReturnType<typeof createIntegrations>;

  beforeEach(async () => {
    connection = await mongoose.createConnection(database.uri).asPromise();
    heir = open(connection);
    heir.onSyncItem(thingSeen, ({ payload }) => note('handled', payload.id));
    heir.on('syncCompleted', () => note('completed'));
  });
  afterEach(async () => {
    await heir.close();
    await connection.close();
  });

  const note = (kind: SyncNote['kind'], thing = 0) =>
    database.connection.collection<SyncNote>('notes').insertOne({ pid: process.pid, kind, thing });
  const logs = () => integrations.models.IntegrationLog.find({ integrationId: integration._id }).lean();
  const minutesAhead = ({ nextSyncAt }: IntegrationDocument) => ((nextSyncAt?.getTime() ?? 0) - Date.now()) / 60_000;

  /** A listing that fails at its end, so that what counts failures could count it twice. */
  async function assertSettledOnce(): Promise<void> {
    await expect.poll(async () => (await runs())[0]?.phase, slack).toBe('settled');
    await expect.poll(async () => (await noted('completed')).length, slack).toBe(1);
    expect(await runs()).toMatchObject([{ outcome: 'failed', listed: things, succeeded: things, nextCursor: things }]);
    const stored = await integrations.findOrFail(integration.id);
    expect(stored).toMatchObject({ consecutiveSyncFailures: 1, syncCursor: things, lastSyncedAt: null });
    // Ten of them, and a tenth at random.
    expect(minutesAhead(stored)).toBeGreaterThan(9);
    expect(minutesAhead(stored)).toBeLessThanOrEqual(11);
    expect(await logs()).toMatchObject([{ status: 'failed', resultData: { succeeded: things } }]);
    expect((await noted('handled')).toSorted((one, other) => one - other)).toEqual(every);
  }

  it.each(['advanced', 'logged'] as const)(
    'counts once where the first was killed at the point "%s" of the settlement',
    async (point) => {
      const doomed = await worker({ leaseSeconds: 1, fails: true, signalAt: { point, signal: 'SIGKILL' } });
      await doomed.ask({ sync: true });
      await expect(doomed.next()).rejects.toThrow('SIGKILL');
      const before = await integrations.findOrFail(integration.id);
      expect(before.consecutiveSyncFailures).toBe(1);
      await heir.start();
      await assertSettledOnce();
      const { nextSyncAt } = await integrations.findOrFail(integration.id);
      expect(nextSyncAt).toEqual(before.nextSyncAt);
    },
    60_000,
  );

  it.each(['counted', 'advanced'] as const)(
    'ends once where the first stood still at the point "%s" of the settlement, and goes on afterwards',
    async (point) => {
      const stalled = await worker({ leaseSeconds: 1, fails: true, signalAt: { point, signal: 'SIGSTOP' } });
      await stalled.ask({ sync: true });
      await heir.start();
      await assertSettledOnce();
      const [settled] = await runs();
      stalled.kill('SIGCONT');
      await stalled.ask({ stop: true });
      await assertSettledOnce();
      expect(await runs()).toEqual([settled]);
    },
    60_000,
  );

  it.each([
    ['lists', { stopAt: 60 }],
    ['handles items', { stuckAt: 30 }],
  ])(
    'need not wait for the end of a lease where the first is stopped while it %s',
    async (_what, settings) => {
      const first = await worker({ ...settings, leaseSeconds: 30 });
      await first.ask({ sync: true });
      await expect.poll(() => noted('handled'), slack).toContain(30);
      const stopped = performance.now();
      expect(await first.ask({ stop: true })).toBe('stopped');
      await heir.start();
      await assertAllDone();
      expect(performance.now() - stopped).toBeLessThan(15_000);
    },
    60_000,
  );
});
