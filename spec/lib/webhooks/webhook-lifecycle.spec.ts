import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useWebhookInstance, type WebhookInstance } from '../../support/webhook-instance.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();

/** Handlers wait until they are let go. */
function gated(world: WebhookInstance) {
  const gates: (() => void)[] = [];
  world.handle = () => new Promise<void>((resolve) => gates.push(resolve));
  return { open: () => gates.splice(0).forEach((open) => open()) };
}

describe('stop()', () => {
  const world = useWebhookInstance(database, { start: false, webhooks: { concurrency: 1, leaseSeconds: 60 } });
  beforeEach(() => world.integrations.start());
  // What a test leaves pending would be handled first in the next one.
  afterEach(async () => {
    await world.integrations.stop();
    await world.integrations.models.IntegrationWebhook.deleteMany({});
  });

  it('waits for what runs, and hands back what has not begun', async () => {
    const gate = gated(world);
    for (const body of ['a', 'b', 'c']) await world.send(body);
    await waitFor(() => expect(world.handled).toEqual(['a']));
    const stopped = world.integrations.stop({ graceMs: 10_000 });
    gate.open();
    await stopped;
    expect(world.handled).toEqual(['a']);
    expect((await world.stored()).map(({ status, lease }) => [status, lease])).toEqual([
      ['processed', null],
      ['pending', null],
      ['pending', null],
    ]);
  });

  it('hands back those that wait for their turn', async () => {
    const gate = gated(world);
    for (const body of ['a', 'b', 'c']) await world.send(body, { key: 'same' });
    await waitFor(() => expect(world.handled).toEqual(['a']));
    const stopped = world.integrations.stop({ graceMs: 10_000 });
    gate.open();
    await stopped;
    expect((await world.stored()).map(({ status, lease }) => [status, lease])).toEqual([
      ['processed', null],
      ['pending', null],
      ['pending', null],
    ]);
  });

  it('hands back what takes too long', async () => {
    const gate = gated(world);
    await world.send('a');
    await waitFor(() => expect(world.handled).toEqual(['a']));
    await world.integrations.stop({ graceMs: 50 });
    expect(await world.stored()).toMatchObject([{ status: 'pending', lease: null, attempts: 0 }]);
    gate.open();
  });

  it('handles what comes afterwards when it is started again', async () => {
    await world.integrations.stop();
    await world.send('late');
    expect(await world.stored()).toMatchObject([{ status: 'pending', lease: null }]);
    await world.integrations.start();
    expect(await world.settled()).toMatchObject([{ status: 'processed' }]);
  });
});

describe('what comes while the instance stops', () => {
  const world = useWebhookInstance(database, { prefix: 'race', webhooks: { concurrency: 3, leaseSeconds: 60 } });

  it.each([1, 2, 3])(
    'is stored and acknowledged, or refused so that it comes again (%s)',
    async () => {
      await world.integrations.start();
      const acknowledged: string[] = [];
      const refused: unknown[] = [];
      const send = (body: string) =>
        world.send(body, { id: body }).then(
          () => acknowledged.push(body),
          (error: unknown) => refused.push(error),
        );
      const sent: Promise<unknown>[] = [];
      let stopped: Promise<void> | undefined;
      for (let index = 0; index < 60; index += 1) {
        sent.push(send(`race-${world.integration.id}-${index}`));
        if (index === 20) stopped = world.integrations.stop({ graceMs: 5_000 });
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all([stopped, ...sent]);
      for (const error of refused) expect(error).toMatchObject({ code: 'WEBHOOK_NOT_STORED' });
      // What was not handled is nobody's.
      await waitFor(async () => expect((await world.stored()).every(({ lease }) => lease === null)).toBe(true));
      await world.integrations.start();
      const stored = await world.settled();
      expect(acknowledged.filter((id) => !stored.some(({ deliveryId }) => deliveryId === id))).toEqual([]);
      expect(acknowledged.filter((id) => !world.handled.includes(id))).toEqual([]);
      expect(new Set(world.handled).size).toBe(world.handled.length);
    },
    20_000,
  );
});

describe('a handler that takes long', () => {
  const world = useWebhookInstance(database, {
    prefix: 'long',
    webhooks: { leaseSeconds: 1, handlerTimeoutSeconds: 4, tries: 1 },
  });

  it('keeps its lease, and is shown as processing', async () => {
    const gate = gated(world);
    await world.send('a');
    await waitFor(async () => expect(await world.stored()).toMatchObject([{ status: 'processing' }]), {
      timeout: 3_900,
    });
    expect(world.handled).toEqual(['a']);
    gate.open();
    expect(await world.settled()).toMatchObject([{ status: 'processed', attempts: 1 }]);
    expect(world.handled).toEqual(['a']);
  });

  it('fails when its time is up', async () => {
    gated(world);
    await world.send('a');
    expect(await world.settled()).toMatchObject([{ status: 'failed', error: { code: 'WEBHOOK_HANDLER_TIMEOUT' } }]);
  });
});

describe('where jobs are switched off', () => {
  const world = useWebhookInstance(database, { prefix: 'off', jobs: { enabled: false } });

  it('webhooks are left to other processes', async () => {
    await world.send('a');
    expect(await world.stored()).toMatchObject([{ status: 'pending', lease: null }]);
    expect(world.handled).toEqual([]);
  });
});
