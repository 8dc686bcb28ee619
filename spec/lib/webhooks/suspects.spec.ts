import { Types } from 'mongoose';
import { beforeEach, expect, it, vi } from 'vitest';
import type { IntegrationWebhookFields } from '../../../lib/index.js';
import { webhookJobs } from '../../../lib/webhooks/job-names.js';
import { useDatabase } from '../../support/database.js';
import { useWebhookInstance } from '../../support/webhook-instance.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const jobs = () => database.connection.collection('integration_jobs');
let maxTries = 5;
const world = useWebhookInstance(database, {
  ...{ start: false, webhooks: { leaseSeconds: 60 } },
  provider: { webhookTries: () => maxTries },
});
beforeEach(() => (maxTries = 5));
const { IntegrationWebhook, IntegrationLog } = world.integrations.models;

/** As a process left it that died. */
async function left(body: string, fields: Partial<IntegrationWebhookFields> = {}): Promise<void> {
  const id = new Types.ObjectId().toHexString();
  await world.send(body, { id });
  // It is answered before there is a job for it.
  await vi.waitUntil(() => jobs().findOne({ name: webhookJobs.process, nextRunAt: { $ne: null } }));
  const abandoned = { lease: 'dead', availableAt: new Date(Date.now() - 1_000), ...fields };
  await IntegrationWebhook.collection.updateOne({ deliveryId: id }, { $set: abandoned });
}

it('what a process left that died is marked before it runs, and no longer when it has run', async () => {
  const marks: unknown[] = [];
  world.handle = async () => marks.push((await world.stored()).map(({ crashes, status }) => [crashes, status]));
  await left('one');
  await world.integrations.runDue();
  expect(marks).toEqual([[[1, 'processing']]]);
  expect(await world.stored()).toMatchObject([{ status: 'processed', attempts: 1, crashes: 0 }]);
});

it('what was handed back is not', async () => {
  const marks: number[] = [];
  world.handle = async () => marks.push((await world.stored())[0]!.crashes);
  await left('one', { lease: null });
  await world.integrations.runDue();
  expect(marks).toEqual([0]);
});

it('what fails is tried again without a mark', async () => {
  world.handle = () => Promise.reject(new Error('no'));
  await left('one', { attempts: 4 });
  await left('two', { attempts: 3, crashes: 2 });
  await world.integrations.runDue();
  const [one, two] = await world.stored();
  expect(one).toMatchObject({ status: 'failed', attempts: 5, crashes: 0 });
  expect(two).toMatchObject({ crashes: 0 });
});

it('what ran while a process died runs alone', async () => {
  let running = 0;
  const beside: Record<string, number> = {};
  world.handle = async (_integration, request) => {
    const body = request.rawBody.toString();
    running += 1;
    beside[body] = running;
    await new Promise((resolve) => setTimeout(resolve, 20));
    beside[body] = Math.max(beside[body], running);
    running -= 1;
  };
  for (const body of ['a', 'b']) await left(body);
  for (const body of ['under suspicion', 'as well']) await left(body, { crashes: 1 });
  for (const body of ['c', 'd']) await left(body);
  await world.integrations.runDue();
  await world.settled();
  expect(beside).toMatchObject({ 'under suspicion': 1, 'as well': 1 });
  expect(Math.max(...Object.values(beside))).toBeGreaterThan(1);
});

it.each([
  [1, 1, 'processed'],
  [1, 2, 'failed'],
  [5, 2, 'processed'],
] as const)('of %i tries and %i crashes comes: %s', async (tries, crashes, status) => {
  maxTries = tries;
  await left('one', { crashes });
  await world.integrations.runDue();
  expect(await world.stored()).toMatchObject([{ status }]);
});

it('what processes die of fails at last, without being run again, and can be replayed', async () => {
  await left('poison', { crashes: 3, attempts: 1 });
  await world.integrations.runDue();
  const [webhook] = await world.stored();
  expect(webhook).toMatchObject({
    ...{ status: 'failed', crashes: 3, attempts: 1, lease: null },
    error: { code: 'WEBHOOK_PROCESS_CRASH', message: 'The process died 3 times while this webhook ran.' },
  });
  expect(world.handled).toEqual([]);
  expect(world.emitted).toContain('webhookFailed failed');
  expect(await IntegrationLog.find({ 'metadata.webhookId': webhook!._id }).lean()).toMatchObject([
    { operation: 'webhook', status: 'failed', error: { code: 'WEBHOOK_PROCESS_CRASH' } },
  ]);
  await world.integrations.webhooks.replay(webhook!._id);
  await waitFor(async () => {
    await world.integrations.runDue();
    expect(await world.stored()).toMatchObject([{ status: 'processed', crashes: 0, attempts: 1 }]);
  });
});
