import mongoose, { Types } from 'mongoose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createIntegrations } from '../../../../lib/index.js';
import { createBatchStore } from '../../../../lib/sync/items/batch-store.js';
import { reportMissing } from '../../../../lib/sync/missing/report-missing.js';
import { settleOlderFailures } from '../../../../lib/sync/older-failures/settle-older-failures.js';
import { createDueIntegrations } from '../../../../lib/sync/schedule/due-integrations.js';
import { createWakeRuns } from '../../../../lib/sync/schedule/wake-runs.js';
import { useDatabase } from '../../../support/database.js';
import { explainCommands } from '../../../support/explained-commands.js';
import { memoryLogger } from '../../../support/memory-logger.js';
import { syncingProvider } from '../../../support/syncing-provider.js';

const database = useDatabase();
const connection = mongoose.createConnection();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 7).toString('base64') }],
  logger: false,
  providers: { syncing: syncingProvider, asked: { ...syncingProvider, defaultSyncInterval: () => 0 } },
});
const { models } = integrations;
const logger = memoryLogger();
const jobs = { enqueue: () => Promise.resolve() };
const events = { emit: () => undefined };
const day = 86_400_000;
const [past, future] = [new Date(Date.now() - day), new Date(Date.now() + day)];

/** The integration that the questions are about, and its runs: two settled, one under way. */
const busy = new Types.ObjectId();
const [first, second, current] = [new Types.ObjectId(), new Types.ObjectId(), new Types.ObjectId()] as const;
const fleet = Array.from({ length: 5_000 }, (_, index) => (index === 0 ? busy : new Types.ObjectId()));

async function seed(model: keyof typeof models, count: number, make: (index: number) => object): Promise<void> {
  for (let done = 0; done < count; done += 10_000) {
    const some = Array.from({ length: Math.min(10_000, count - done) }, (_, offset) => ({
      createdAt: past,
      updatedAt: past,
      ...make(done + offset),
    }));
    await models[model].collection.insertMany(some, { ordered: false, writeConcern: { w: 1 } });
  }
}

const status = (index: number) => ['failed', 'pending', 'processing', 'skipped'][index % 200] ?? 'success';

beforeAll(async () => {
  await connection.openUri(database.uri, { monitorCommands: true });
  await integrations.install();
  await seed('Integration', 5_000, (index) => ({
    _id: fleet[index],
    provider: index % 2 === 0 ? 'syncing' : 'asked',
    name: `Integration ${index}`,
    isActive: index % 10 !== 9,
    healthStatus: 'healthy',
    consecutiveSyncFailures: 0,
    syncPausedAt: index % 10 === 8 ? past : null,
    // Most of the second provider have no schedule at all.
    syncIntervalMinutes: index % 500 === 1 ? 5 : null,
    syncCron: index % 500 === 3 ? '* * * * *' : null,
    nextSyncAt: index % 2 === 1 ? null : index % 100 === 0 ? past : future,
  }));
  await seed('IntegrationSyncItem', 100_000, (index) => ({
    integrationId: index % 2 === 0 ? busy : fleet[index % 5_000],
    syncLogId: index % 2 === 0 ? [first, second][Math.floor(index / 2) % 2] : new Types.ObjectId(),
    eventClass: 'spec.item',
    externalId: `id-${Math.floor(index / 4)}`,
    sequence: index,
    status: index % 2 === 0 ? status(index / 2) : 'success',
    failedRuns: 0,
  }));
  await seed('IntegrationSyncRun', 20_000, (index) => ({
    _id: [first, second, current][index] ?? new Types.ObjectId(),
    integrationId: index % 4 === 0 || index < 3 ? busy : fleet[index % 5_000],
    phase: index === 2 ? 'draining' : 'settled',
    isExclusive: index === 2,
    availableAt: past,
    lease: null,
    createdAt: new Date(past.getTime() + index),
  }));
  await seed('IntegrationSyncEntity', 20_000, (index) => ({
    integrationId: index % 2 === 0 ? busy : fleet[index % 5_000],
    eventClass: 'spec.item',
    externalId: `id-${index}`,
    lastRunId: first,
    lastSeenAt: index % 1_000 === 0 ? past : new Date(),
    missingSince: index % 500 === 2 ? past : null,
  }));
  return async () => {
    await integrations.close();
    await connection.close();
  };
}, 120_000);

const batches = createBatchStore({ models, leaseMs: 60_000 });
const wakeRuns = createWakeRuns({ model: models.IntegrationSyncRun, batches, jobs });
const due = createDueIntegrations(models.Integration);
const { syncs } = integrations;
const queries: Record<string, () => Promise<unknown>> = {
  'failed items of an integration': () => syncs.failed(busy, { limit: 50 }),
  'failed items of an integration, of a later page': () => syncs.failed(busy, { limit: 50, after: busy }),
  'failed items of all integrations': () => syncs.failed(null, { limit: 50 }),
  'failed items of all integrations, of a later page': () => syncs.failed(null, { limit: 50, after: busy }),
  'runs of an integration': () => syncs.runs(busy, { limit: 50 }),
  'runs of an integration, of a later page': () => syncs.runs(busy, { limit: 50, after: new Types.ObjectId() }),
  'a run': () => syncs.run(first),
  'what is missing': () => syncs.missing(busy),
  'what is missing, of a later page': () => syncs.missing(busy, { after: busy }),
  'pause and resume': async () => {
    await syncs.pause(fleet[2]!);
    await syncs.resume(fleet[2]!);
  },
  'a settled run once more': () => syncs.refinalise(first),
};

/** Fewer keys than that, or as many as are found. */
const slack = 5;

describe('a query', () => {
  it.each(Object.entries(queries))('for %s looks at hardly more keys than it finds', async (_name, query) => {
    const commands = (await explainCommands(connection, query)).filter(
      ({ collection }) => !collection.includes('jobs'),
    );
    expect(commands).not.toEqual([]);
    expect(commands.filter(({ scansCollection }) => scansCollection)).toEqual([]);
    expect(commands.filter(({ keys, found }) => keys > found + slack)).toEqual([]);
  });

  it('of a tick looks at hardly more keys than it finds, and at nothing that has no schedule', async () => {
    const commands = await explainCommands(connection, async () => {
      // The pages alone: what is due moves on, and would not be found any more.
      const now = await due.serverTime();
      for (const hasDefault of [true, false]) {
        const provider = hasDefault ? 'syncing' : 'asked';
        for (const page of due.pages({ provider, hasDefault, now }, 200)) await page();
      }
      await wakeRuns.wakeAll(now, new AbortController().signal);
    });
    expect(commands.filter(({ scansCollection }) => scansCollection)).toEqual([]);
    expect(commands.filter(({ keys, found }) => keys > found + slack)).toEqual([]);
    const found = commands.filter(({ collection }) => collection === 'integrations').map((command) => command.found);
    // Of the second provider: ten with minutes of their own, ten with an expression, none with a date.
    expect(found).toEqual([0, expect.any(Number), 10, 10, 0]);
  });

  it('about failures of earlier runs looks at those alone', async () => {
    const run = { _id: second, integrationId: busy, createdAt: new Date(), listed: 1 };
    const parts = { models, events, settings: { stuckAfterRuns: 5 } };
    const commands = await explainCommands(connection, () => settleOlderFailures(parts, run));
    expect(commands.filter(({ scansCollection }) => scansCollection)).toEqual([]);
    expect(commands.filter(({ examined, found }) => examined > 2 * Math.max(found, slack))).toEqual([]);
  });

  it('about what is missing looks at that alone, but for the number of what is known', async () => {
    const run = {
      _id: second,
      integrationId: busy,
      mode: 'full',
      listingError: null,
      outcome: 'success',
      createdAt: new Date(past.getTime() + 1),
    } as const;
    const parts = { models, events, logger, settings: { maxMissingShare: 0 } };
    const commands = await explainCommands(connection, () => reportMissing(parts, run));
    expect(commands.filter(({ scansCollection }) => scansCollection)).toEqual([]);
    expect(commands.filter(({ keys, found }) => keys > found + slack)).toEqual([]);
  });
});
