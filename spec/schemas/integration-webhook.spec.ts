import { mongo, Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { documentMethods } from '../../lib/instance/document-methods.js';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import { compileModels } from '../../schemas/models.js';
import { useDatabase } from '../support/database.js';

const { connection } = useDatabase();
const { Integration, IntegrationWebhook } = compileModels(
  connection,
  'integration',
  documentMethods(() => {
    throw new Error('These documents are not part of an instance');
  }),
).models;

const integrationId = new Types.ObjectId();

function create(deliveryId: string, fields: Partial<IntegrationWebhookFields> = {}) {
  const payload = new mongo.Binary(Buffer.from([0, 255]));
  const request = {
    method: 'POST',
    url: 'https://example.com/',
    headers: { 'x-list': ['a', 'b'], 'a.b': 'c' },
    payload,
  };
  return IntegrationWebhook.create({
    ...{ integrationId, provider: 'acme', deliveryId, availableAt: new Date(), ...request },
    ...fields,
  });
}

async function idsOf(query: PromiseLike<readonly { deliveryId: string | null }[]>): Promise<(string | null)[]> {
  return (await query).map(({ deliveryId }) => deliveryId).sort();
}

beforeEach(async () => {
  await IntegrationWebhook.deleteMany();
});

describe('a webhook', () => {
  it('has all that was received, and waits for its first attempt', async () => {
    const { _id } = await create('new');
    const stored = await IntegrationWebhook.findById(_id).lean();
    expect(stored).toMatchObject({
      ...{ status: 'pending', attempts: 0, lease: null, error: null, processedAt: null, requests: [] },
      headers: { 'x-list': ['a', 'b'], 'a.b': 'c' },
    });
    expect((stored!.payload as mongo.Binary).buffer).toEqual(Buffer.from([0, 255]));
  });

  it('leads to its integration, and that to its webhooks', async () => {
    const integration = await Integration.create({ provider: 'acme', name: 'Acme' });
    const webhook = await create('related', { integrationId: integration._id });
    await create('of another one');
    await webhook.populate('integration');
    expect(webhook.get('integration')).toMatchObject({ name: 'Acme' });
    const own = IntegrationWebhook.find({ integrationId: integration._id });
    expect(await idsOf(own)).toEqual(['related']);
  });

  it('may be for no integration', async () => {
    const webhook = await create('generic', { integrationId: null });
    await webhook.populate('integration');
    expect(webhook.get('integration') ?? null).toBeNull();
  });

  it('has one of four states', async () => {
    await expect(create('odd', { status: 'lost' as 'failed' })).rejects.toThrow('status');
  });
});

describe('the query helpers', () => {
  it('go by the status', async () => {
    for (const status of ['pending', 'processing', 'processed', 'failed'] as const) await create(status, { status });
    const all = () => IntegrationWebhook.find();
    expect(await idsOf(all().pending())).toEqual(['pending']);
    expect(await idsOf(all().processing())).toEqual(['processing']);
    expect(await idsOf(all().processed())).toEqual(['processed']);
    expect(await idsOf(all().failed())).toEqual(['failed']);
  });

  it('staleProcessing() goes by the last sign of life of what is being handled', async () => {
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    for (const status of ['pending', 'processing', 'failed'] as const) {
      for (const seconds of [30, 300]) {
        const { _id } = await create(`${status} ${seconds}`, { status });
        await IntegrationWebhook.collection.updateOne({ _id }, { $set: { updatedAt: ago(seconds) } });
      }
    }
    expect(await idsOf(IntegrationWebhook.find().staleProcessing(60))).toEqual(['processing 300']);
    expect(await idsOf(IntegrationWebhook.find().staleProcessing(600))).toEqual([]);
  });
});
