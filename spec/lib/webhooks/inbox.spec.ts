import mongoose, { mongo, Types, type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntegrationWebhookFields } from '../../../lib/index.js';
import { createInbox } from '../../../lib/webhooks/inbox.js';
import { newWebhook } from '../../../lib/webhooks/new-webhook.js';
import { createWebhookRequest } from '../../../lib/webhooks/webhook-request.js';
import { integrationWebhookSchema, type IntegrationWebhookModel } from '../../../schemas/integration-webhook.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import { useDatabase } from '../../support/database.js';
import { startMongoProxy } from '../../support/mongo-proxy.js';
import { waitFor } from '../../support/wait-for.js';

const names = { integration: 'Integration', request: 'IntegrationRequest', log: 'IntegrationLog' };

async function webhooksOn(connection: Connection): Promise<IntegrationWebhookModel> {
  const schema = integrationWebhookSchema('webhooks', names);
  const model: IntegrationWebhookModel = connection.model<IntegrationWebhookFields, IntegrationWebhookModel>(
    'W',
    schema,
  );
  await model.createIndexes();
  return model;
}

interface Given {
  readonly deliveryId?: string | null;
  readonly body?: string;
  readonly sameBodyMs?: number;
  readonly now?: number;
}

/** A delivery to the same integration, under a new id of the document. */
function delivery({ deliveryId = null, body = '{}', sameBodyMs = 60_000, now = Date.now() }: Given = {}) {
  const request = createWebhookRequest({ method: 'POST', url: 'https://x/', headers: {}, rawBody: Buffer.from(body) });
  const said = { provider: 'acme', integrationId: null, eventType: null, deliveryId, orderingKey: null, request };
  const facts = { _id: new Types.ObjectId(), sealed: null, now, lease: null, leaseMs: 60_000, sameBodyMs };
  return newWebhook(said, facts);
}

const database = useDatabase();
let model: IntegrationWebhookModel;
beforeAll(async () => {
  model = await webhooksOn(database.connection);
});

const inboxOn = (of = model, storeWithinMs = 10_000) => createInbox({ model: of, storeWithinMs });
const countOf = (filter: object) => model.countDocuments(filter);

describe('a delivery', () => {
  it('is in the collection when it is received, with those that come at the same time', async () => {
    const inbox = inboxOn();
    const many = Array.from({ length: 200 }, (_, n) => delivery({ deliveryId: `many-${n}` }));
    const receipts = await Promise.all(many.map((webhook) => inbox.receive(webhook)));
    expect(new Set(receipts.map(({ kind }) => kind))).toEqual(new Set(['stored']));
    expect(await countOf({ _id: { $in: many.map(({ _id }) => _id) } })).toBe(200);
  });

  it('does not suffer from duplicates beside it', async () => {
    const inbox = inboxOn();
    await inbox.receive(delivery({ deliveryId: 'beside-0' }));
    const receipts = await Promise.all([0, 1, 0, 2].map((n) => inbox.receive(delivery({ deliveryId: `beside-${n}` }))));
    expect(receipts.map(({ kind }) => kind)).toEqual(['duplicate', 'stored', 'duplicate', 'stored']);
  });

  it('of the same body is another one, once the time of the first is over', async () => {
    const inbox = inboxOn();
    const body = '{"ping":1}';
    const first = delivery({ body, sameBodyMs: 1_000, now: Date.now() - 2_000 });
    expect(await inbox.receive(first)).toEqual({ kind: 'stored' });
    const receipts = await Promise.all(Array.from({ length: 10 }, () => inbox.receive(delivery({ body }))));
    expect(receipts.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
    expect(receipts.filter(({ kind }) => kind === 'duplicate')).toHaveLength(9);
    expect(await model.findById(first._id).lean()).toMatchObject({ bodyKey: null, bodyKeyExpiresAt: null });
    expect(await inbox.receive(delivery({ body }))).toEqual({ kind: 'duplicate' });
  });

  it.each(['pending', 'processing', 'processed'] as const)('of one that is %s is left alone', async (status) => {
    const inbox = inboxOn();
    const known = delivery({ deliveryId: `is-${status}` });
    await inbox.receive(known);
    await model.updateOne({ _id: known._id }, { status, attempts: 1 });
    expect(await inbox.receive(delivery({ deliveryId: `is-${status}` }))).toEqual({ kind: 'duplicate' });
    expect(await model.findById(known._id).lean()).toMatchObject({ status, attempts: 1 });
  });

  it('of one that has failed has it handled anew, once, however many come', async () => {
    const inbox = inboxOn();
    for (const given of [{ deliveryId: 'failed' }, { body: 'failed' }]) {
      const known = delivery(given);
      await inbox.receive(known);
      await model.updateOne({ _id: known._id }, { status: 'failed', attempts: 5, processedAt: new Date(), lease: 'x' });
      const receipts = await Promise.all(Array.from({ length: 5 }, () => inbox.receive(delivery(given))));
      const requeued = receipts.filter(({ kind }) => kind === 'requeued');
      expect(requeued).toEqual([{ kind: 'requeued', id: known._id }]);
      const stored = await model.findById(known._id).lean();
      expect(stored).toMatchObject({ status: 'pending', attempts: 0, processedAt: null, lease: null });
      expect(stored!.availableAt.getTime()).toBeGreaterThanOrEqual(known.availableAt.getTime());
    }
  });

  it('that is in nobody’s way any more when it is looked for is stored after all', async () => {
    const inbox = inboxOn();
    // As a prune does it, over and over.
    let isPruning = true;
    const prune = async () => {
      while (isPruning) await model.deleteMany({ deliveryId: 'pruned' });
    };
    const pruning = prune();
    const sent = Array.from({ length: 200 }, () => delivery({ deliveryId: 'pruned' }));
    const outcomes = await Promise.allSettled(sent.map((webhook) => inbox.receive(webhook)));
    isPruning = false;
    await pruning;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'WEBHOOK_NOT_STORED' });
    }
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it('that is too large for a document is told to have failed', async () => {
    const webhook = { ...delivery(), payload: new mongo.Binary(Buffer.alloc(17 * 1024 * 1024)) };
    await expect(inboxOn().receive(webhook)).rejects.toMatchObject({ code: 'WEBHOOK_NOT_STORED', status: 503 });
  });
});

describe('answers of the database that get lost', () => {
  it('make no duplicate: what was stored is stored, once', async () => {
    const proxy = await startMongoProxy(database.uri);
    const connection = await mongoose.createConnection(proxy.uri, { retryWrites: false }).asPromise();
    const inbox = inboxOn(await webhooksOn(connection));
    for (const given of [{ deliveryId: 'lost' }, { body: 'lost' }]) {
      proxy.loseReplies({ to: 'insert', count: 2 });
      const webhook = delivery(given);
      expect(await inbox.receive(webhook)).toEqual({ kind: 'stored' });
      expect(await countOf({ _id: webhook._id })).toBe(1);
      expect(await inbox.receive(delivery(given))).toEqual({ kind: 'duplicate' });
    }
    expect(proxy.lost()).toBe(4);
    await connection.close();
    await proxy.stop();
  });
});

describeWithOwnMongod('a database that is killed and comes back', () => {
  const mongod = useCrashableMongod();

  it('has everything that was received', async () => {
    const connection = await mongoose
      .createConnection(mongod.uri, { dbName: 'inbox', serverSelectionTimeoutMS: 500 })
      .asPromise();
    const webhooks = await webhooksOn(connection);
    const inbox = inboxOn(webhooks, 30_000);
    const received: Types.ObjectId[] = [];
    let isSending = true;
    const send = async () => {
      for (let n = 0; isSending; n += 1) {
        const webhook = delivery({ deliveryId: `${String(Math.random())}-${n}` });
        await inbox.receive(webhook).then(() => received.push(webhook._id));
      }
    };
    const senders = Array.from({ length: 8 }, send);
    await waitFor(() => expect(received.length).toBeGreaterThan(50), { timeout: 10_000 });
    await mongod.crash();
    const before = received.length;
    await mongod.start();
    await waitFor(() => expect(received.length).toBeGreaterThan(before + 50), { timeout: 30_000 });
    isSending = false;
    await Promise.all(senders);
    expect(await webhooks.countDocuments({ _id: { $in: received } })).toBe(received.length);
    await connection.close();
  }, 60_000);
});

afterAll(() => {
  database.connection.deleteModel('W');
});
