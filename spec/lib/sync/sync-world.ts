import { type Types } from 'mongoose';
import { beforeAll, beforeEach, afterAll } from 'vitest';
import { createIntegrations, type AnyProvider, type IntegrationDocument } from '../../../lib/index.js';
import { createBatchStore, type BatchStore } from '../../../lib/sync/items/batch-store.js';
import { createSchedule } from '../../../lib/sync/schedule/create-schedule.js';
import { createRunStore, type RunStore } from '../../../lib/sync/runs/run-store.js';
import type { SyncRun } from '../../../lib/sync/runs/run-collection.js';
import type { CreateIntegrationInput } from '../../../lib/integration-store/create-integration.js';
import type { JobQueue } from '../../../lib/types/job-queue.js';
import type { SyncOutcome } from '../../../schemas/integration-sync-run.js';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import { useDatabase, type Database } from '../../support/database.js';
import { memoryLogger } from '../../support/memory-logger.js';
import { syncingProvider } from '../../support/syncing-provider.js';

/** Providers whose syncs nobody runs. */

const syncProviders = {
  syncing: syncingProvider,
  // Only what has a schedule of its own.
  asked: { ...syncingProvider, defaultSyncInterval: () => 0 },
  nightly: { ...syncingProvider, defaultSyncCron: () => '0 3 * * *' },
  watching: { ...syncingProvider, detectDeletions: true },
  plain: { name: 'Plain', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } },
} as const satisfies Record<string, AnyProvider>;

/** A job as it was enqueued. */
export interface EnqueuedJob {
  readonly name: string;
  readonly runId: string | undefined;
}

const leaseMs = 60_000;
const collections = [
  'Integration',
  'IntegrationLog',
  'IntegrationSyncRun',
  'IntegrationSyncBatch',
  'IntegrationSyncItem',
  'IntegrationSyncEntity',
] as const;

/** Models with their indexes, and the real stores over them; jobs are noted and not run. Empty before each test. */
export function useSyncWorld() {
  const database = useDatabase();
  const logger = memoryLogger();
  const jobs: EnqueuedJob[] = [];
  const queue: JobQueue = {
    enqueue: (name, { runId }) => {
      jobs.push({ name, runId });
      return Promise.resolve();
    },
  };
  let opened: ReturnType<typeof open> | undefined;
  const get = () => {
    if (opened === undefined) throw new Error('The world is not there yet: use it in a hook or a test.');
    return opened;
  };
  beforeAll(async () => {
    opened = open(database);
    await opened.integrations.install();
  }, 60_000);
  beforeEach(async () => {
    jobs.length = 0;
    logger.lines.length = 0;
    for (const name of collections) await get().models[name].collection.deleteMany({});
  });
  afterAll(() => opened?.integrations.close());

  /** A process that ticks; others may be given other parts. */
  function schedule(parts: Partial<Parameters<typeof createSchedule>[0]> = {}) {
    const { models, runs, batches, integrations } = get();
    return createSchedule({
      ...{ models, runs, batches, logger },
      registry: integrations.providers,
      settings: { jitter: 0 },
      jobs: queue,
      listensTo: () => true,
      ...parts,
    });
  }

  return { database, logger, jobs, queue, get, schedule, ...actions(get) };
}

function open({ connection }: Database) {
  const integrations = createIntegrations({
    connection,
    providers: syncProviders,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 7).toString('base64') }],
    logger: false,
  });
  const { models } = integrations;
  const runs: RunStore = createRunStore({ model: models.IntegrationSyncRun, leaseMs, deferWindowMs: leaseMs });
  const batches: BatchStore = createBatchStore({ models, leaseMs });
  return { integrations, models, runs, batches };
}

type Opened = ReturnType<typeof open>;

function actions(get: () => Opened) {
  let names = 0;
  return {
    /** An integration; by default of the provider that syncs every ten minutes. */
    integration(input: Partial<CreateIntegrationInput> & { provider?: keyof typeof syncProviders } = {}) {
      names += 1;
      const { provider = 'syncing', ...others } = input;
      return get().integrations.create({ provider, name: `Integration ${names}`, credentials: {}, ...others });
    },
    stored: (integration: Pick<IntegrationDocument, '_id'>) => get().integrations.findOrFail(integration._id),
    /** Past Mongoose, which casts and stamps. */
    set: (integration: Pick<IntegrationDocument, '_id'>, fields: object) =>
      get().models.Integration.collection.updateOne({ _id: integration._id }, { $set: fields }),
    begin: (integration: Pick<IntegrationDocument, '_id' | 'provider'>, mode: SyncRun['mode'] = 'incremental') =>
      begin(get(), integration, mode),
    settle: (run: SyncRun, outcome: SyncOutcome = 'success') => settle(get(), run, outcome),
    /** Items of a run, with what they are to be. */
    items: (run: SyncRun, items: readonly Partial<IntegrationSyncItemFields>[]) => storeItems(get(), run, items),
    item: (id: Types.ObjectId) => get().models.IntegrationSyncItem.findById(id).orFail(),
    run: (run: Pick<SyncRun, '_id'>) => get().models.IntegrationSyncRun.findById(run._id).orFail(),
  };
}

async function begin(
  { runs }: Opened,
  integration: Pick<IntegrationDocument, '_id' | 'provider'>,
  mode: SyncRun['mode'],
) {
  const { run } = await runs.begin(integration, { mode, trigger: 'schedule' });
  return run;
}

async function claimed({ runs }: Opened, run: SyncRun) {
  const held = await runs.claim(run._id, 'spec');
  if (held === null) throw new Error('The run cannot be claimed.');
  return held;
}

/** Ends a run as it ends when all of its items are done. */
async function settle(opened: Opened, run: SyncRun, outcome: SyncOutcome): Promise<SyncRun> {
  const { runs } = opened;
  if (run.phase === 'listing') {
    const counts = { listed: 0, duplicates: 0, expected: null, hasCheckpoints: false };
    await runs.enterDraining(await claimed(opened, run), null, counts);
  }
  const end = { outcome, nextCursor: null, succeeded: 0, failed: 0, skipped: 0 };
  const settled = await runs.settle(await claimed(opened, run), end);
  if (settled === null) throw new Error('The run cannot be settled.');
  return settled;
}

async function storeItems({ models }: Opened, run: SyncRun, items: readonly Partial<IntegrationSyncItemFields>[]) {
  const documents = items.map((item, sequence) => ({
    integrationId: run.integrationId,
    syncLogId: run._id,
    eventClass: 'spec.item',
    sequence,
    ...item,
  }));
  const stored = await models.IntegrationSyncItem.insertMany(documents);
  return stored.map(({ _id }) => _id);
}
