import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createIntegrations, type WebhookRequest } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { memoryLogger } from '../../support/memory-logger.js';
import { useWebhookInstance } from '../../support/webhook-instance.js';
import { webhookProvider } from '../../support/webhook-provider.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const fails = (): never => {
  throw new Error('no');
};

describe('a webhook whose handler fails', () => {
  const own = { webhookTries: () => 3, webhookBackoff: () => [0, 120] };
  const world = useWebhookInstance(database, { provider: own, webhooks: { tries: 9, backoff: [0] } });

  it('waits for its next attempt as long as its provider says, with the error of the last one', async () => {
    world.handle = fails;
    await world.send('one');
    await waitFor(async () => expect(await world.stored()).toMatchObject([{ attempts: 2 }]), { timeout: 10_000 });
    const [webhook] = await world.stored();
    expect(webhook).toMatchObject({ status: 'pending', lease: null, error: { message: 'no' }, processedAt: null });
    const waitsMs = webhook!.availableAt.getTime() - webhook!.updatedAt.getTime();
    expect(waitsMs).toBeGreaterThanOrEqual(120_000);
    expect(waitsMs).toBeLessThan(240_000);
    expect(world.handled).toEqual(['one', 'one']);
  });

  it('has failed when its provider says so, whatever the settings allow', async () => {
    world.handle = fails;
    await world.send('one');
    await waitFor(async () => expect(await world.stored()).toMatchObject([{ attempts: 2 }]), { timeout: 10_000 });
    // Who waits for its next attempt can have it at once: with all attempts anew.
    const [waiting] = await world.stored();
    expect(await world.integrations.replayWebhook(waiting!)).toMatchObject({ status: 'pending', attempts: 0 });
    await waitFor(() => expect(world.handled).toHaveLength(4), { timeout: 10_000 });
    const { collection } = world.integrations.models.IntegrationWebhook;
    await waitFor(async () => expect(await world.stored()).toMatchObject([{ attempts: 2 }]), { timeout: 10_000 });
    await collection.updateOne({ _id: waiting!._id }, { $set: { availableAt: new Date() } });
    await world.integrations.runDue();
    expect(await world.settled()).toMatchObject([{ status: 'failed', attempts: 3, processedAt: expect.any(Date) }]);
  });
});

describe('a webhook that the other API holds back', () => {
  const world = useWebhookInstance(database, { prefix: 'held', webhooks: { deferWindowSeconds: 1 } });

  it('is put off until its time is over, and has failed then', async () => {
    world.handle = () => {
      throw Object.assign(new Error('slow down'), { status: 429, headers: { 'retry-after': '0' } });
    };
    await world.send('one');
    expect(await world.settled()).toMatchObject([{ status: 'failed', error: { code: 'WEBHOOK_DEFERRED_TOO_LONG' } }]);
    expect(world.handled.length).toBeGreaterThan(1);
  });
});

describe('a handler that runs for longer than the lease', () => {
  const world = useWebhookInstance(database, { prefix: 'long', webhooks: { leaseSeconds: 1 } });

  it('is not doubled by another process that looks for what was left', async () => {
    const connection = mongoose.createConnection(database.uri);
    const taken: string[] = [];
    const another = createIntegrations({
      connection,
      prefix: 'long',
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
      logger: memoryLogger(),
      jobs: { processEverySeconds: 0.2 },
      webhooks: { leaseSeconds: 1 },
      providers: { senders: webhookProvider((_integration, { rawBody }) => taken.push(rawBody.toString())) },
    });
    await another.start();
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    world.handle = () => gate;
    await world.send('long');
    const [{ createdAt }] = (await world.stored()) as [Awaited<ReturnType<typeof world.stored>>[number]];
    await waitFor(
      async () => {
        expect(await another.webhooks.recover()).toEqual({ recovered: 0 });
        const [webhook] = await world.stored();
        // Three leases long.
        expect(webhook!.availableAt.getTime() - createdAt.getTime()).toBeGreaterThan(4_000);
      },
      { timeout: 15_000, interval: 100 },
    );
    open();
    expect(await world.settled()).toMatchObject([{ status: 'processed', attempts: 1 }]);
    expect([world.handled, taken]).toEqual([['long'], []]);
    await another.close();
    await connection.close();
  });
});

describe('a webhook whose body is sealed', () => {
  const world = useWebhookInstance(database, { prefix: 'sealed', provider: { sealWebhooks: true } });

  it('is opened for its handler, at first and in a replay', async () => {
    const requests: WebhookRequest[] = [];
    world.handle = (_integration, request) => requests.push(request);
    await world.send('{"card":"4242"}');
    const [webhook] = await world.settled();
    expect(JSON.stringify(webhook)).not.toContain('4242');
    await world.integrations.replayWebhook(webhook!);
    await waitFor(() => expect(requests).toHaveLength(2), { timeout: 10_000 });
    expect(requests.map((request) => request.json())).toEqual([{ card: '4242' }, { card: '4242' }]);
    await world.settled();
  });
});
