import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { RetryableError, type IntegrationDocument, type WebhookRequest } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useWebhookInstance } from '../../support/webhook-instance.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();

const seen: string[] = [];
const note = (who: string) => (_integration: IntegrationDocument | null, request: WebhookRequest) => {
  seen.push(`${who} ${request.rawBody.toString()}`);
};

class Typed {
  readonly #name = 'class';
  handle(...given: Parameters<ReturnType<typeof note>>) {
    note(this.#name)(...given);
  }
  refund(...given: Parameters<ReturnType<typeof note>>) {
    note(`${this.#name}.refund`)(...given);
  }
}

const handlers = { 'order.paid': note('function'), 'order.sent': Typed, 'order.refunded': [Typed, 'refund'] } as const;

describe('a webhook', () => {
  const world = useWebhookInstance(database);
  const logs = () =>
    world.integrations.models.IntegrationLog.find({ integrationId: world.integration._id })
      .sort({ createdAt: 1 })
      .lean();

  it('is handled in the process that received it, and acknowledged', async () => {
    await world.send('one', { id: 'delivery-1' });
    expect(await world.settled()).toMatchObject([
      { status: 'processed', attempts: 1, lease: null, error: null, processedAt: expect.any(Date) },
    ]);
    expect(world.handled).toEqual(['one']);
  });

  it('has an operation log, and its events come in order', async () => {
    await world.send('one', { id: 'delivery-2', event: 'order.paid' });
    const [webhook] = await world.settled();
    await waitFor(() => expect(world.emitted).toHaveLength(3));
    expect(world.emitted[0]).toBe('webhookReceived pending');
    expect(world.emitted.slice(1).sort()).toEqual(['operationCompleted success', 'webhookProcessed processed']);
    expect(await logs()).toMatchObject([
      {
        operation: 'webhook',
        direction: 'inbound',
        status: 'success',
        externalId: 'delivery-2',
        metadata: { webhookId: webhook!._id, eventType: 'order.paid' },
        attempt: 1,
        maxAttempts: 2,
      },
    ]);
  });

  it('is given to its handler as it was received', async () => {
    const requests: WebhookRequest[] = [];
    world.handle = (_integration, request) => requests.push(request);
    await world.send('{"a":[1]}', { id: 'delivery-3' });
    await world.settled();
    expect(requests).toMatchObject([
      { method: 'POST', url: 'https://example.com/hooks?source=spec', headers: { 'x-id': 'delivery-3' } },
    ]);
    expect(requests[0]!.json()).toEqual({ a: [1] });
  });

  it('whose handler fails is tried again, each time with a log, and then marked failed', async () => {
    world.handle = () => {
      throw new Error('no');
    };
    await world.send('one');
    expect(await world.settled()).toMatchObject([{ status: 'failed', attempts: 2, error: { message: 'no' } }]);
    expect(world.handled).toEqual(['one', 'one']);
    await waitFor(async () => expect(await logs()).toHaveLength(2));
    expect((await logs()).map(({ status, attempt }) => [status, attempt])).toEqual([
      ['failed', 1],
      ['failed', 2],
    ]);
    await waitFor(() => expect(world.emitted).toHaveLength(4));
    expect(world.emitted.filter((name) => name.startsWith('webhook'))).toEqual([
      'webhookReceived pending',
      'webhookFailed failed',
    ]);
  });

  it('is given up at once where its handler says so', async () => {
    world.handle = () => {
      throw new RetryableError('no', { maxAttempts: 1 });
    };
    await world.send('one');
    expect(await world.settled()).toMatchObject([{ status: 'failed', attempts: 1 }]);
  });

  it('that the other API holds back is put off, which does not count', async () => {
    let calls = 0;
    world.handle = () => {
      calls += 1;
      if (calls <= 3) throw Object.assign(new Error('slow down'), { status: 429, headers: { 'retry-after': '0' } });
    };
    await world.send('one');
    await waitFor(async () => expect(await world.stored()).toMatchObject([{ deferredSince: expect.any(Date) }]));
    expect(await world.settled()).toMatchObject([
      { status: 'processed', attempts: 1, deferredSince: null, error: null },
    ]);
    expect(world.handled).toHaveLength(4);
  });

  it('for no integration is handled without a log', async () => {
    await world.send('generic', { isGeneric: true });
    const model = world.integrations.models.IntegrationWebhook;
    await waitFor(async () =>
      expect(await model.find({ integrationId: null }).lean()).toMatchObject([{ status: 'processed' }]),
    );
    expect(world.handled).toEqual(['generic']);
  });

  it('of an integration that is switched off is put off, not lost', async () => {
    await world.send('one');
    const [webhook] = await world.settled();
    await world.integrations.disable(world.integration);
    await waitFor(
      async () => {
        const [again] = await world.stored();
        if (again!.status === 'processed') await world.integrations.replayWebhook(webhook!);
        expect(again).toMatchObject({ status: 'pending', lease: null, attempts: 0 });
        expect(again!.availableAt.getTime()).toBeGreaterThan(Date.now() + 30_000);
      },
      { timeout: 10_000, interval: 100 },
    );
  });

  it('of an integration that is deleted is, too', async () => {
    await world.send('one');
    const [webhook] = await world.settled();
    const { IntegrationWebhook: model } = world.integrations.models;
    await model.updateOne({ _id: webhook!._id }, { integrationId: new Types.ObjectId() });
    await world.integrations.replayWebhook(webhook!);
    await waitFor(async () => expect(await model.exists({ _id: webhook!._id })).toBeNull(), { timeout: 5_000 });
    expect(world.handled).toEqual(['one']);
  });
});

describe('a provider with handlers by type', () => {
  const world = useWebhookInstance(database, { prefix: 'typed', provider: { webhookHandlers: () => handlers } });

  it.each([
    ['a function', 'order.paid', 'function body'],
    ['a class', 'order.sent', 'class body'],
    ['a method of a class', 'order.refunded', 'class.refund body'],
  ])('has %s handle its type', async (_name, event, called) => {
    seen.length = 0;
    await world.send('body', { event });
    expect(await world.settled()).toMatchObject([{ status: 'processed' }]);
    expect(seen).toEqual([called]);
    expect(world.handled).toEqual([]);
  });

  it.each(['order.unknown', '__proto__', 'constructor', 'toString'])('ignores %s', async (event) => {
    await world.send('body', { event });
    expect(await world.settled()).toMatchObject([{ status: 'processed', attempts: 1 }]);
    expect(world.handled).toEqual([]);
    await waitFor(async () => {
      const { IntegrationLog } = world.integrations.models;
      expect(await IntegrationLog.find({ integrationId: world.integration._id })).toMatchObject([
        { status: 'ignored' },
      ]);
    });
  });

  it('has handleWebhook handle what has no type', async () => {
    await world.send('body');
    await world.settled();
    expect(world.handled).toEqual(['body']);
  });
});

describe('a process that has more than enough of its own to do', () => {
  const world = useWebhookInstance(database, { prefix: 'busy', webhooks: { concurrency: 1, leaseSeconds: 60 } });

  it('takes what others have left all the same', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    world.handle = () => gate;
    for (const body of ['a', 'b', 'c', 'd']) await world.send(body);
    const { collection } = world.integrations.models.IntegrationWebhook;
    const [held] = await world.stored();
    const orphan = { ...held, _id: new Types.ObjectId(), deliveryId: 'orphan', lease: null, availableAt: new Date(0) };
    await collection.insertOne(orphan);
    await world.integrations.webhooks.recover();
    await waitFor(
      async () => expect(await collection.findOne({ _id: orphan._id })).toMatchObject({ lease: expect.any(String) }),
      { timeout: 15_000, interval: 100 },
    );
    open();
    await world.settled();
    expect(world.handled).toHaveLength(5);
  });
});
