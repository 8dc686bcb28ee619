import { mongo, Types } from 'mongoose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationWebhookFields } from '../../../lib/index.js';
import type { WebhookCollection } from '../../../lib/webhooks/inbox.js';
import { createWebhookAcks } from '../../../lib/webhooks/webhook-acks.js';
import { createWebhookLeases, type HeldWebhook } from '../../../lib/webhooks/webhook-leases.js';
import type { WebhookOutcome, WebhookResult } from '../../../lib/webhooks/webhook-result.js';
import { useDatabase } from '../../support/database.js';

const database = useDatabase();
const minute = 60_000;
let webhooks: WebhookCollection;

beforeAll(() => {
  webhooks = database.connection.collection<IntegrationWebhookFields>('webhooks');
});
beforeEach(async () => {
  await webhooks.deleteMany({});
});

const leases = () => createWebhookLeases(webhooks, minute);
const acks = () => createWebhookAcks(webhooks);
const long = () => new Date(Date.now() - 10 * minute);

/** One that could have been handled ten minutes ago. */
async function store(fields: Partial<IntegrationWebhookFields> = {}): Promise<IntegrationWebhookFields> {
  const at = long();
  const webhook: IntegrationWebhookFields = {
    ...{ _id: new Types.ObjectId(), integrationId: null, provider: 'acme', eventType: null, deliveryId: 'id' },
    ...{ bodyKey: null, bodyKeyExpiresAt: null, orderingKey: null, method: 'POST', url: '/', headers: {} },
    ...{ payload: new mongo.Binary(Buffer.from('{}')), status: 'pending', attempts: 0, crashes: 0, lease: null },
    ...{ deferredSince: null, error: null, processedAt: null, requests: [], requestCount: 0 },
    ...{ availableAt: at, createdAt: at, updatedAt: at },
    ...fields,
  };
  await webhooks.insertOne(webhook);
  return webhook;
}

const stored = async ({ _id }: { _id: Types.ObjectId }) => (await webhooks.findOne({ _id }))!;
const claimed = async (token: string): Promise<HeldWebhook> => (await leases().claim(token, 1))[0]!;

describe('a claim', () => {
  it('takes what is pending, for as long as a lease, and is a sign of life', async () => {
    const webhook = await store();
    expect(await leases().claim('mine', 10)).toMatchObject([{ token: 'mine', webhook: { _id: webhook._id } }]);
    const { lease, availableAt, updatedAt } = await stored(webhook);
    expect(lease).toBe('mine');
    expect(availableAt.getTime() - updatedAt.getTime()).toBe(minute);
    expect(updatedAt.getTime()).toBeGreaterThan(webhook.updatedAt.getTime() + 9 * minute);
  });

  it.each([
    ['is processed', { status: 'processed' }],
    ['has failed', { status: 'failed' }],
    ['somebody handles', { status: 'processing', lease: 'his', availableAt: new Date(Date.now() + minute) }],
    ['somebody has taken', { lease: 'his', availableAt: new Date(Date.now() + minute) }],
    ['waits for its next attempt', { availableAt: new Date(Date.now() + minute) }],
  ] as const)('does not take what %s', async (_name, fields) => {
    await store(fields);
    expect(await leases().claim('mine', 10)).toEqual([]);
  });

  it('of many at once gives each webhook to one of them', async () => {
    for (let n = 0; n < 30; n += 1) await store();
    const claims = await Promise.all(Array.from({ length: 10 }, (_, n) => leases().claim(`claim ${n}`, 10)));
    const ids = claims.flat().map(({ webhook }) => webhook._id.toHexString());
    expect(new Set(ids).size).toBe(ids.length);
    for (const { webhook, token } of claims.flat()) expect((await stored(webhook)).lease).toBe(token);
  });

  it('takes what was left by somebody whose lease has ended, who can write nothing any more', async () => {
    await store({ status: 'processing' });
    const first = await claimed('first');
    await webhooks.updateOne({ _id: first.webhook._id }, { $set: { availableAt: long() } });
    const second = await claimed('second');
    expect(second.webhook._id).toEqual(first.webhook._id);
    expect(await leases().renew([first])).toEqual(new Set());
    await leases().release([first], 0);
    expect(await acks().succeed([resultOf(first, { kind: 'success' })])).toEqual([]);
    expect(await acks().fail(resultOf(first, { kind: 'failed', error: new Error('no'), isAttempt: true }))).toBe(false);
    expect(await stored(second.webhook)).toMatchObject({ status: 'processing', lease: 'second', attempts: 0 });
  });
});

function resultOf(held: HeldWebhook, outcome: WebhookOutcome): WebhookResult {
  const error = 'error' in outcome ? { message: 'no' } : null;
  return { held, outcome, error, integration: null, isIgnored: false, calls: null, attempt: null } as WebhookResult;
}

describe('the end of an attempt', () => {
  it('that succeeded is written with its time, once', async () => {
    await store({ error: { message: 'of the first attempt' } as IntegrationWebhookFields['error'] });
    const held = await claimed('mine');
    expect(await acks().succeed([resultOf(held, { kind: 'success' })])).toHaveLength(1);
    const done = await stored(held.webhook);
    expect(done).toMatchObject({ status: 'processed', attempts: 1, lease: null, error: null });
    expect(done.processedAt).toBeInstanceOf(Date);
    await acks().succeed([resultOf(held, { kind: 'success' })]);
    expect(await stored(held.webhook)).toEqual(done);
  });

  it('for good is written with its error and its time', async () => {
    await store();
    const held = await claimed('mine');
    await acks().fail(resultOf(held, { kind: 'failed', error: new Error('no'), isAttempt: true }));
    expect(await stored(held.webhook)).toMatchObject({
      ...{ status: 'failed', attempts: 1, lease: null, error: { message: 'no' } },
      processedAt: expect.any(Date),
    });
  });

  it('that will be repeated has the webhook wait for so long', async () => {
    await store();
    const held = await claimed('mine');
    await acks().note([resultOf(held, { kind: 'retry', afterMs: minute, error: new Error('no') })]);
    const { availableAt, updatedAt, ...webhook } = await stored(held.webhook);
    expect(webhook).toMatchObject({ status: 'pending', attempts: 1, lease: null, processedAt: null });
    expect(availableAt.getTime() - updatedAt.getTime()).toBe(minute);
    expect(await leases().claim('another', 1)).toEqual([]);
  });
});

describe('who holds a webhook', () => {
  it('can go on, and show that it takes a while', async () => {
    await store();
    const held = await claimed('mine');
    await webhooks.updateOne({ _id: held.webhook._id }, { $set: { availableAt: long(), updatedAt: long() } });
    expect(await leases().renew([held])).toEqual(new Set([held]));
    await leases().showProcessing([held]);
    const { status, availableAt, updatedAt } = await stored(held.webhook);
    expect(status).toBe('processing');
    expect(availableAt.getTime()).toBeGreaterThan(Date.now() + minute / 2);
    expect(updatedAt.getTime()).toBeGreaterThan(Date.now() - minute);
  });

  it('can hand it back, for others to take at once', async () => {
    await store({ status: 'processing' });
    const held = await claimed('mine');
    await leases().release([held], 0);
    expect(await stored(held.webhook)).toMatchObject({ status: 'pending', lease: null, attempts: 0 });
    expect(await claimed('another')).toMatchObject({ token: 'another' });
  });
});

describe('a recovery', () => {
  it('shows as pending what was being handled, and is no longer, and nothing else', async () => {
    const left = await store({ status: 'processing', lease: 'dead' });
    const others = await Promise.all([
      store({ status: 'processing', lease: 'alive', availableAt: new Date(Date.now() + minute) }),
      store({ status: 'processed', processedAt: long() }),
      store({ status: 'failed', processedAt: long() }),
    ]);
    expect(await leases().recover()).toBe(1);
    expect(await leases().recover()).toBe(0);
    expect(await stored(left)).toMatchObject({ status: 'pending', error: null, processedAt: null });
    for (const other of others) expect(await stored(other)).toEqual(other);
  });
});
