import { Schema, Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { documentMethods } from '../../lib/instance/document-methods.js';
import { compileModels } from '../../schemas/models.js';
import { useDatabase } from '../support/database.js';

const { connection } = useDatabase();
const { Integration, IntegrationRequest, IntegrationMapping, IntegrationWebhook } = compileModels(
  connection,
  'integration',
  documentMethods(() => {
    throw new Error('These documents are not part of an instance');
  }),
).models;

/** Records of the application, with ids that are no ObjectIds. */
const Order = connection.model('Order', new Schema({ _id: Number, title: String }));

const createIntegration = () => Integration.create({ provider: 'acme', name: 'Acme' });

describe('a logged request', () => {
  it('leads to its integration, to the record it is about, to the request it repeats, and to its repetitions', async () => {
    const integration = await createIntegration();
    await Order.create({ _id: 7, title: 'Seven' });
    const call = { integrationId: integration._id, endpoint: '/issues', method: 'POST' };
    const original = await IntegrationRequest.create({ ...call, relatedType: 'Order', relatedId: 7 });
    const replay = await IntegrationRequest.create({ ...call, retryOfId: original._id });
    for (const request of [original, replay]) await request.populate(['integration', 'related', 'retryOf', 'retries']);
    expect(original.get('integration')).toMatchObject({ name: 'Acme' });
    expect(original.get('related')).toMatchObject({ title: 'Seven' });
    expect(original.get('retryOf')).toBeNull();
    expect(original.get('retries')).toMatchObject([{ id: replay.id }]);
    expect(replay.get('retryOf')).toMatchObject({ id: original.id });
    expect(replay.get('related')).toBeUndefined();
    expect(replay.get('retries')).toEqual([]);
  });

  it('can be populated by a query, lean or not', async () => {
    const integration = await createIntegration();
    await IntegrationRequest.create({ integrationId: integration._id, endpoint: '/issues', method: 'GET' });
    const query = () => IntegrationRequest.findOne({ integrationId: integration._id }).populate('integration');
    expect((await query())?.get('integration')).toBeInstanceOf(Integration);
    expect(await query().lean()).toMatchObject({ integration: { name: 'Acme' } });
  });
});

describe('a mapping', () => {
  it('leads to its integration and to the record of the application', async () => {
    const integration = await createIntegration();
    await Order.create({ _id: 8, title: 'Eight' });
    const mapping = await IntegrationMapping.create({
      integrationId: integration._id,
      externalId: 'o-8',
      internalType: 'Order',
      internalId: 8,
    });
    await mapping.populate(['integration', 'internal']);
    expect(mapping.get('integration')).toMatchObject({ name: 'Acme' });
    expect(mapping.get('internal')).toMatchObject({ title: 'Eight' });
  });
});

describe('a webhook', () => {
  const received = { provider: 'acme', method: 'POST', url: '/', payload: 'x', availableAt: new Date() };

  it('leads to its integration, or to none', async () => {
    const integration = await createIntegration();
    const own = await IntegrationWebhook.create({ ...received, integrationId: integration._id });
    const generic = await IntegrationWebhook.create(received);
    for (const webhook of [own, generic]) await webhook.populate('integration');
    expect(own.get('integration')).toMatchObject({ name: 'Acme' });
    expect(generic.get('integration')).toBeNull();
  });

  it('is pending when it is new, and keeps empty headers', async () => {
    const { _id } = await IntegrationWebhook.create(received);
    expect(await IntegrationWebhook.findById(_id).lean()).toMatchObject({ status: 'pending', headers: {} });
  });
});

describe('ids', () => {
  it('of relations are fields of their own, beside the relation', async () => {
    const request = new IntegrationRequest({ integrationId: new Types.ObjectId(), endpoint: '/issues', method: 'GET' });
    expect(Object.keys(request.toObject())).toEqual(
      expect.arrayContaining(['integrationId', 'retryOfId', 'relatedId']),
    );
    expect(request.toObject()).not.toHaveProperty('integration');
  });
});
