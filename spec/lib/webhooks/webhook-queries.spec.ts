import mongoose, { mongo, Types, type Connection } from 'mongoose';
import { beforeAll, expect, it } from 'vitest';
import type { IntegrationWebhookFields } from '../../../lib/index.js';
import { createServerClock } from '../../../lib/server-clock.js';
import type { WebhookCollection } from '../../../lib/webhooks/inbox.js';
import { createWebhookAcks } from '../../../lib/webhooks/webhook-acks.js';
import { createWebhookLeases, type HeldWebhook } from '../../../lib/webhooks/webhook-leases.js';
import { createWebhookOrder } from '../../../lib/webhooks/webhook-order.js';
import type { WebhookOutcome, WebhookResult } from '../../../lib/webhooks/webhook-result.js';
import { createWebhookService } from '../../../lib/webhooks/webhook-service.js';
import { useDatabase } from '../../support/database.js';
import { explainCommands } from '../../support/explained-commands.js';
import { useWebhookInstance } from '../../support/webhook-instance.js';

const database = useDatabase();
const world = useWebhookInstance(database, { start: false });
const integrationId = new Types.ObjectId();
const hourMs = 3_600_000;
const now = Date.now();
let connection: Connection;
let webhooks: WebhookCollection;
const mine: IntegrationWebhookFields[] = [];

/** Many are processed; some wait, are held or have failed. */
beforeAll(async () => {
  const { IntegrationWebhook: model } = world.integrations.models;
  connection = await mongoose.createConnection(database.uri, { monitorCommands: true }).asPromise();
  webhooks = connection.collection<IntegrationWebhookFields>(model.collection.collectionName);
  for (let first = 0; first < 20_000; first += 5_000) {
    await webhooks.insertMany(Array.from({ length: 5_000 }, (_, index) => seed(first + index)));
  }
  mine.push(...(await webhooks.find({ status: 'processing' }).limit(50).toArray()));
  return () => connection.close();
}, 60_000);

function seed(number: number): IntegrationWebhookFields {
  const at = new Date(now - hourMs + number);
  const status =
    number % 400 === 1 ? 'processing' : ((['pending', 'processed', 'failed'] as const)[number % 40] ?? 'processed');
  const isOver = status === 'processed' || status === 'failed';
  return {
    _id: new Types.ObjectId(),
    integrationId: number % 2 === 0 || number % 400 === 1 ? integrationId : new Types.ObjectId(),
    ...{ provider: 'senders', eventType: null, deliveryId: `seed-${number}`, bodyKey: null },
    bodyKeyExpiresAt: number % 50 === 0 ? at : null,
    orderingKey: number % 400 < 2 ? 'same' : null,
    ...{ method: 'POST', url: 'https://example.com/', headers: {}, payload: new mongo.Binary(Buffer.from('seed')) },
    ...{ status, attempts: 0, crashes: 0, deferredSince: null, error: null, requests: [], requestCount: 0 },
    availableAt: new Date(status === 'processing' ? now + hourMs : at),
    lease: status === 'processing' ? 'somebody' : null,
    processedAt: isOver ? at : null,
    createdAt: at,
    updatedAt: at,
  };
}

const held = (): HeldWebhook[] => mine.map((webhook) => ({ webhook, token: 'somebody' }));
const leases = () => createWebhookLeases(webhooks, 60_000);
const order = () => createWebhookOrder(webhooks, 60_000);
const service = () =>
  createWebhookService({
    ...{ webhooks, models: world.integrations.models, leases: leases(), wake: () => undefined },
    ...{ clock: createServerClock(connection), retentionDays: 0.01 },
    show: () => Promise.reject(new Error('Nothing is shown here.')),
  });
const acks = () => createWebhookAcks(webhooks);

function result(index: number, outcome: WebhookOutcome): WebhookResult {
  const about = { integration: null, error: null, isIgnored: false, calls: null, attempt: null };
  return { held: held()[index]!, outcome, ...about };
}

const error = new Error('no');
const ordered = () => held().find(({ webhook }) => webhook.orderingKey !== null)!;

const queries: Record<string, () => Promise<unknown>> = {
  claim: () => leases().claim('spec', 20),
  'nextDueInMs()': () => leases().nextDueInMs(),
  renewal: () => leases().renew(held()),
  notices: () => leases().showProcessing(held()),
  'a crash that is counted beforehand': () => leases().countCrash(ordered()),
  'a turn': () => order().takeTurn(ordered()),
  'the next turn': () => order().takeNext(ordered().webhook, 'spec'),
  'a turn that is left to others': () => order().freeNext(ordered().webhook),
  'another look': () => order().retake(ordered().webhook, 'spec'),
  'those that give way': () => order().putBehind(held().slice(40, 42), new Date()),
  'what is handed back': () => leases().release(held().slice(42, 44), 0),
  'what else comes of webhooks': () => acks().note([result(1, { kind: 'retry', afterMs: 0, error })]),
  failures: () => acks().fail(result(2, { kind: 'failed', error, isAttempt: true })),
  successes: () => acks().succeed([result(3, { kind: 'success' }), result(4, { kind: 'success' })]),
  deletions: () => acks().drop([result(5, { kind: 'deleted' })]),
  'recover()': () => leases().recover(),
  'list()': () => service().list(),
  'list() of an integration': () => service().list({ integration: integrationId }),
  'recover() in a dry run': () => service().recover({ dryRun: true }),
  'replayMany() in a dry run': () => service().replayMany({}, { dryRun: true }),
  'replay()': () => service().replay(mine[2]!._id),
  'replayMany()': () => service().replayMany(),
  'replayMany() of an integration': () =>
    service().replayMany({ status: 'processed', integration: integrationId, from: new Date(now) }),
  'prune()': () => service().prune(),
};

it.each(Object.entries(queries))('%s looks at hardly more keys than it finds', async (_name, query) => {
  const commands = await explainCommands(connection, query);
  expect(commands).not.toEqual([]);
  expect(commands.filter(({ scansCollection }) => scansCollection)).toEqual([]);
  expect(commands.filter(({ keys, found }) => keys > 2 * found + 60)).toEqual([]);
});
