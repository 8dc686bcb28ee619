import mongoose, { Types } from 'mongoose';
import { beforeAll, expect, it } from 'vitest';
import { createIntegrations } from '../../../../lib/index.js';
import { createCheckpointValues } from '../../../../lib/sync/runs/checkpoint-values.js';
import { createRunItems } from '../../../../lib/sync/runs/run-totals.js';
import { createRunStore, type RunStore } from '../../../../lib/sync/runs/run-store.js';
import type { IntegrationModels } from '../../../../schemas/models.js';
import { useDatabase } from '../../../support/database.js';
import { explainCommands } from '../../../support/explained-commands.js';

const database = useDatabase();
const total = 100_000;
const runs = 10;
const statuses = ['success', 'success', 'success', 'failed', 'skipped'] as const;
const counts = { listed: 1, duplicates: 0, expected: null, hasCheckpoints: true };
const integrationId = new Types.ObjectId();
const runIds = Array.from({ length: runs }, () => new Types.ObjectId());
const [runId = new Types.ObjectId()] = runIds;
let models: IntegrationModels;
let store: RunStore;
let connection: mongoose.Connection;

beforeAll(async () => {
  connection = await mongoose.createConnection(database.uri, { monitorCommands: true }).asPromise();
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
    logger: false,
    providers: {},
  });
  ({ models } = integrations);
  await integrations.install();
  store = createRunStore({ model: models.IntegrationSyncRun, leaseMs: 60_000, deferWindowMs: 60_000 });
  for (let first = 0; first < total; first += 10_000) await seedItems(first);
  await seedRuns();
  return async () => {
    await integrations.close();
    await connection.close();
  };
}, 120_000);

/** Of ten runs, one item in five has failed, one was skipped. */
async function seedItems(first: number): Promise<void> {
  const items = Array.from({ length: 10_000 }, (_, index) => ({
    ...{ integrationId, syncLogId: runIds[(first + index) % runs], eventClass: 'spec.thing' },
    ...{ externalId: String(first + index), checkpointValue: first + index, sequence: 2 ** 32 + first + index },
    status: statuses[(((first + index) / runs) % statuses.length) | 0],
  }));
  await models.IntegrationSyncItem.collection.insertMany(items, { ordered: false });
}

async function seedRuns(): Promise<void> {
  const fields = { provider: 'things', phase: 'settled', isExclusive: false, availableAt: new Date() } as const;
  const settled = Array.from({ length: 5_000 }, () => ({ ...fields, integrationId }));
  const current = { ...fields, _id: runId, integrationId, phase: 'listing', isExclusive: true } as const;
  await models.IntegrationSyncRun.insertMany([...settled, current]);
}

const held = async () => (await store.claim(runId, 'spec')) ?? { _id: runId, lease: 'spec' };
const values = () => createCheckpointValues(models.IntegrationSyncItem);
const items = () => createRunItems(models.IntegrationSyncItem);

async function drain(chunks: AsyncIterable<readonly unknown[]>): Promise<number> {
  let drained = 0;
  for await (const chunk of chunks) drained += chunk.length;
  return drained;
}

const queries: Record<string, () => Promise<unknown>> = {
  'the beginning of a run': () =>
    store.begin({ _id: integrationId, provider: 'things' }, { mode: 'full', trigger: 'manual' }),
  'a look at a run': () => store.find(runId),
  'a claim': () => store.claim(runId, 'spec'),
  'a renewal': async () => store.renew(await held(), counts),
  'a saved listing': async () => store.saveListing(await held(), 'page', counts),
  'the number of stored items': () => items().stored(runId),
  'the number of failed items': () => items().failed(runId),
  'open items': () => items().open(runId, 500),
  'all checkpoint values': () => drain(values().resolved(runId, {}, 1_000)),
  'the checkpoint values before an item': () =>
    drain(values().resolved(runId, { sequence: { $lt: 2 ** 32 + 5_000 }, checkpointValue: { $lt: 5_000 } }, 1_000)),
  'the greatest checkpoint values': () => values().greatest(runId, {}),
  'the first item that is not done': () => values().beforeUnresolved(runId),
};

it.each(Object.entries(queries))('%s is found by an index, and nothing else is looked at', async (_name, query) => {
  const commands = await explainCommands(connection, query);
  expect(commands.length).toBeGreaterThan(0);
  for (const { scansCollection, keys, found, name } of commands) {
    expect(scansCollection).toBe(false);
    // One group comes of all failed items: what is counted there is not what comes back.
    if (name !== 'aggregate') expect(keys).toBeLessThanOrEqual(found + 5);
  }
});
