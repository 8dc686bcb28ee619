import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { documentMethods } from '../../lib/instance/document-methods.js';
import { syncItemStatuses, type SyncItemStatus } from '../../schemas/integration-sync-item.js';
import { compileModels } from '../../schemas/models.js';
import { useDatabase } from '../support/database.js';

const { connection } = useDatabase();
const { Integration, IntegrationLog, IntegrationSyncItem } = compileModels(
  connection,
  'integration',
  documentMethods(() => {
    throw new Error('These documents are not part of an instance');
  }),
).models;

const integrationId = new Types.ObjectId();
const batchId = new Types.ObjectId();
const syncLogId = new Types.ObjectId();

async function statusesOf(query: PromiseLike<readonly { status: SyncItemStatus }[]>): Promise<SyncItemStatus[]> {
  return (await query).map(({ status }) => status).sort();
}

beforeEach(async () => {
  await IntegrationSyncItem.deleteMany();
  const mine = { integrationId, batchId, syncLogId, eventClass: 'acme.order' };
  const others = {
    integrationId: new Types.ObjectId(),
    batchId: new Types.ObjectId(),
    syncLogId: new Types.ObjectId(),
    eventClass: 'acme.order',
  };
  for (const status of syncItemStatuses)
    await IntegrationSyncItem.create([
      { ...mine, status },
      { ...others, status },
    ]);
});

describe('isTerminal()', () => {
  it.each([
    ['pending', false],
    ['processing', false],
    ['success', true],
    ['failed', true],
    ['skipped', true],
  ] as const)('of an item that is %s is %s', (status, expected) => {
    expect(new IntegrationSyncItem({ status }).isTerminal()).toBe(expected);
  });
});

describe('the query helpers', () => {
  const { find } = { find: () => IntegrationSyncItem.find().forIntegration(integrationId) };

  it.each([
    ['pending', () => find().pending(), ['pending']],
    ['processing', () => find().processing(), ['processing']],
    ['successful', () => find().successful(), ['success']],
    ['failed', () => find().failed(), ['failed']],
    ['skipped', () => find().skipped(), ['skipped']],
    ['inFlight', () => find().inFlight(), ['pending', 'processing']],
  ] as const)('%s() goes by the status', async (_name, query, expected) => {
    expect(await statusesOf(query())).toEqual(expected);
  });

  it('forBatch(), forSyncLog() and forIntegration() take an id or its text, and find what belongs to it', async () => {
    const all = [...syncItemStatuses].sort();
    expect(await statusesOf(IntegrationSyncItem.find().forBatch(batchId))).toEqual(all);
    expect(await statusesOf(IntegrationSyncItem.find().forSyncLog(syncLogId.toHexString()))).toEqual(all);
    expect(await statusesOf(IntegrationSyncItem.find().forIntegration(integrationId.toHexString()))).toEqual(all);
    expect(await statusesOf(IntegrationSyncItem.find().forBatch(new Types.ObjectId()))).toEqual([]);
  });

  it('can be combined', async () => {
    expect(await statusesOf(IntegrationSyncItem.find().forBatch(batchId).forSyncLog(syncLogId).inFlight())).toEqual([
      'pending',
      'processing',
    ]);
  });
});

describe('the relations', () => {
  it('lead to the integration and to the log of the run', async () => {
    const integration = await Integration.create({ provider: 'acme', name: 'Acme' });
    const log = await IntegrationLog.create({
      integrationId: integration._id,
      operation: 'sync',
      direction: 'outbound',
      status: 'processing',
    });
    const item = await IntegrationSyncItem.create({
      integrationId: integration._id,
      syncLogId: log._id,
      eventClass: 'acme.order',
    });
    await item.populate(['integration', 'syncLog']);
    expect(item.get('integration')).toMatchObject({ name: 'Acme' });
    expect(item.get('syncLog')).toMatchObject({ operation: 'sync' });
  });
});

describe('an item', () => {
  it('is pending when it is new, and keeps its payload as it is', async () => {
    const { _id } = await IntegrationSyncItem.create({ integrationId, eventClass: 'acme.order', payload: {} });
    expect(await IntegrationSyncItem.findById(_id).lean()).toMatchObject({
      status: 'pending',
      payload: {},
      attempts: 0,
    });
  });

  it('is refused with a status of its own making', async () => {
    const item = { integrationId, eventClass: 'acme.order', status: 'done' as SyncItemStatus };
    await expect(IntegrationSyncItem.create(item)).rejects.toMatchObject({ name: 'ValidationError' });
  });
});
