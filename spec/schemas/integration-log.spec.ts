import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { documentMethods } from '../../lib/instance/document-methods.js';
import type { IntegrationLogFields } from '../../schemas/integration-log.js';
import { compileModels } from '../../schemas/models.js';
import { useDatabase } from '../support/database.js';

const { connection } = useDatabase();
const { Integration, IntegrationLog } = compileModels(
  connection,
  'integration',
  documentMethods(() => {
    throw new Error('These documents are not part of an instance');
  }),
).models;

const integrationId = new Types.ObjectId();

function create(summary: string, fields: Partial<IntegrationLogFields> = {}) {
  const log = { integrationId, operation: 'sync', direction: 'outbound' as const, status: 'success' };
  return IntegrationLog.create({ ...log, summary, ...fields });
}

async function summariesOf(query: PromiseLike<readonly { summary: string | null }[]>): Promise<(string | null)[]> {
  return (await query).map(({ summary }) => summary).sort();
}

beforeEach(async () => {
  await IntegrationLog.deleteMany();
});

describe('the query helpers', () => {
  it('successful() and failed() go by the status', async () => {
    await create('a success');
    await create('a failure', { status: 'failed' });
    await create('something else', { status: 'partial' });
    expect(await summariesOf(IntegrationLog.find().successful())).toEqual(['a success']);
    expect(await summariesOf(IntegrationLog.find().failed())).toEqual(['a failure']);
  });

  it('forOperation() goes by the operation', async () => {
    await create('a sync');
    await create('an import', { operation: 'import' });
    expect(await summariesOf(IntegrationLog.find().forOperation('import'))).toEqual(['an import']);
  });

  it('topLevel() leaves out what is part of another operation', async () => {
    const parent = await create('the parent');
    await create('a child', { parentId: parent._id });
    expect(await summariesOf(IntegrationLog.find().topLevel())).toEqual(['the parent']);
  });

  it('recent() goes back that many hours', async () => {
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    const logs = await Promise.all([create('new'), create('old')]);
    await IntegrationLog.collection.updateOne({ _id: logs[0]._id }, { $set: { createdAt: hoursAgo(23.9) } });
    await IntegrationLog.collection.updateOne({ _id: logs[1]._id }, { $set: { createdAt: hoursAgo(24.1) } });
    expect(await summariesOf(IntegrationLog.find().recent(24))).toEqual(['new']);
  });

  it('can be combined', async () => {
    const parent = await create('parent', { operation: 'import', status: 'failed' });
    await create('child', { operation: 'import', status: 'failed', parentId: parent._id });
    await create('sync', { status: 'failed' });
    const query = IntegrationLog.find().failed().forOperation('import').topLevel().recent(1);
    expect(await summariesOf(query)).toEqual(['parent']);
  });
});

describe('the relations', () => {
  it('lead to the integration, to the parent, and to the children', async () => {
    const integration = await Integration.create({ provider: 'acme', name: 'Acme' });
    const parent = await create('parent', { integrationId: integration._id });
    await create('first', { integrationId: integration._id, parentId: parent._id });
    await create('second', { integrationId: integration._id, parentId: parent._id });
    const [found, child] = await IntegrationLog.find({ integrationId: integration._id })
      .sort({ _id: 1 })
      .populate(['integration', 'parent', 'children']);
    expect(found?.get('integration')).toMatchObject({ name: 'Acme' });
    expect(found?.get('parent')).toBeNull();
    expect(await summariesOf(Promise.resolve(found?.get('children')))).toEqual(['first', 'second']);
    expect(child?.get('parent')).toMatchObject({ summary: 'parent' });
    expect(child?.get('children')).toEqual([]);
  });
});

describe('a log', () => {
  it.each([{ operation: '' }, { direction: 'sideways' }, { status: '' }])('is refused with %j', async (fields) => {
    await expect(create('x', fields as Partial<IntegrationLogFields>)).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });

  it('keeps metadata and result as they are, an empty object included', async () => {
    const { _id } = await create('x', { metadata: {}, resultData: { nested: {} } });
    expect(await IntegrationLog.findById(_id).lean()).toMatchObject({ metadata: {}, resultData: { nested: {} } });
  });
});
