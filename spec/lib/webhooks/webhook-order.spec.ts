import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createWebhookRequest } from '../../../lib/webhooks/webhook-request.js';
import { newWebhook } from '../../../lib/webhooks/new-webhook.js';
import type { WebhookCollection } from '../../../lib/webhooks/inbox.js';
import { createWebhookOrder } from '../../../lib/webhooks/webhook-order.js';
import { useDatabase } from '../../support/database.js';

const leaseMs = 60_000;
const database = useDatabase();
const collection = (): WebhookCollection => database.connection.collection('webhooks');

/** Some that share a key, received one after the other, and held: each by somebody else. */
async function receive(count: number) {
  const [now, orderingKey, integrationId] = [Date.now(), String(Math.random()), new Types.ObjectId()];
  const request = createWebhookRequest({ method: 'POST', url: '', headers: {}, rawBody: Buffer.from('{}') });
  const all = Array.from({ length: count }, (_, index) => {
    const said = { provider: 'acme', integrationId, eventType: null, deliveryId: String(index), orderingKey };
    const lease = `token ${index}`;
    const facts = { _id: new Types.ObjectId(), sealed: null, now: now + index, lease, leaseMs, sameBodyMs: 1 };
    return { webhook: newWebhook({ ...said, request }, facts), token: lease };
  });
  await collection().insertMany(all.map(({ webhook }) => webhook));
  return all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
}

const finish = ({ webhook }: { readonly webhook: { readonly _id: Types.ObjectId } }) =>
  collection().updateOne({ _id: webhook._id }, { $set: { status: 'processed', lease: null } });

describe('webhooks that share an ordering key', () => {
  it('give way to the first, and are taken again when that is over', async () => {
    const order = createWebhookOrder(collection(), leaseMs);
    const [first, second] = await receive(2);
    expect(await order.takeTurn(first)).toEqual({ kind: 'mine' });
    expect(await order.takeTurn(second)).toMatchObject({ kind: 'blocked' });
    await order.putBehind([second], new Date(Date.now() + leaseMs));
    expect(await order.retake(second.webhook, 'again')).toBeNull();
    await finish(first);
    expect(await order.retake(second.webhook, 'again')).toMatchObject({ webhook: { _id: second.webhook._id } });
  });

  it('do not wait for their time where two have given way to each other', async () => {
    const order = createWebhookOrder(collection(), leaseMs);
    const [first, second, third] = await receive(3);
    const { until } = (await order.takeTurn(second)) as { readonly until: Date };
    await finish(first);
    await order.putBehind([second], until);
    expect(await order.takeTurn(third)).toMatchObject({ kind: 'blocked' });
    // It sees the third one at work, and does not know that this will give way.
    expect(await order.retake(second.webhook, 'again')).toBeNull();
    await order.putBehind([third], until);
    expect(await order.retake(third.webhook, 'again')).toMatchObject({
      webhook: { _id: second.webhook._id },
      token: 'again',
    });
  });

  it('wait for one that is tried again later', async () => {
    const order = createWebhookOrder(collection(), leaseMs);
    const [first, second] = await receive(2);
    const error = { code: 'X', message: 'not yet' };
    await collection().updateOne({ _id: first.webhook._id }, [{ $set: { status: 'pending', lease: null, error } }]);
    expect(await order.takeTurn(second)).toMatchObject({ kind: 'blocked' });
    await order.putBehind([second], new Date());
    expect(await order.retake(second.webhook, 'again')).toBeNull();
  });
});
