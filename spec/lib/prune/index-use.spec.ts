import mongoose, { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { explainCommands } from '../../support/explained-commands.js';
import { daysAgo } from './prune-world.js';

const database = useDatabase();
const connection = mongoose.createConnection();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
  logger: false,
  jobs: { enabled: false },
});
const { IntegrationRequest, IntegrationLog, IntegrationSyncRun } = integrations.models;
const integrationIds = [0, 1, 2, 3, 4].map(() => new Types.ObjectId());
const each = 2_000;

beforeAll(async () => {
  await connection.openUri(database.uri, { monitorCommands: true });
  await integrations.install();
  const documents = (fields: object) =>
    integrationIds.flatMap((integrationId) =>
      Array.from({ length: each }, () => ({ integrationId, operation: 'import', status: 'success', ...fields })),
    );
  await IntegrationRequest.collection.insertMany(documents({ createdAt: new Date() }));
  await IntegrationLog.collection.insertMany(documents({ createdAt: new Date() }));
  // Runs whose items have gone, and which are young enough to stay.
  const run = { phase: 'settled', storedItems: 'none', settledAt: daysAgo(100), isExclusive: false };
  await IntegrationSyncRun.collection.insertMany(documents(run));
}, 60_000);

afterAll(async () => {
  await integrations.close();
  await connection.close();
});

describe('prune() that finds nothing old', () => {
  it.each(['requests', 'logs'] as const)(
    'has looked at a few entries of an index for each integration, of %s',
    async (target) => {
      const [command, ...others] = await explainCommands(connection, () => integrations.prune({ only: [target] }));
      expect(others).toEqual([]);
      expect(command).toMatchObject({ name: 'aggregate', scansCollection: false, examined: 0 });
      expect(command!.keys).toBeLessThanOrEqual(3 * integrationIds.length);
    },
  );

  it.each(['syncItems', 'syncRuns'] as const)('has looked at none of the runs that stay, of %s', async (target) => {
    const commands = await explainCommands(connection, () => integrations.prune({ only: [target] }));
    expect(commands.filter(({ collection }) => collection === 'integration_sync_runs')).toMatchObject([
      { scansCollection: false, examined: 0 },
    ]);
    for (const { keys } of commands) expect(keys).toBeLessThan(10);
  });
});

describe('prune() that finds old runs', () => {
  it('asks for the newest one of each integration by a few entries of an index', async () => {
    await IntegrationSyncRun.collection.updateMany({}, { $set: { settledAt: daysAgo(400) } });
    const commands = await explainCommands(connection, () => integrations.prune({ only: ['syncRuns'], dryRun: true }));
    const newest = commands.filter(
      ({ name, collection }) => name === 'aggregate' && collection === 'integration_sync_runs',
    );
    // A thousand of ten thousand runs at a time.
    expect(newest).toHaveLength(10);
    for (const { keys } of newest) expect(keys).toBeLessThanOrEqual(3 * integrationIds.length);
  });
});
