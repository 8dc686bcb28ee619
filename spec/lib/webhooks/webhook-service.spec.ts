import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { IntegrationWebhookFields, WebhookRequest } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useWebhookInstance, type WebhookInstance } from '../../support/webhook-instance.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const dayMs = 86_400_000;

async function failing(world: WebhookInstance, ...bodies: string[]): Promise<IntegrationWebhookFields[]> {
  world.handle = () => {
    throw new Error('no');
  };
  for (const body of bodies) await world.send(body, { event: body });
  const webhooks = await world.settled();
  world.handle = () => undefined;
  world.handled.length = 0;
  return webhooks;
}

describe('replay()', () => {
  const world = useWebhookInstance(database);
  const statuses = async () => (await world.settled()).map(({ status }) => status);

  it('handles a failed webhook anew, with all of its attempts', async () => {
    const [webhook] = await failing(world, 'one');
    const replayed = await world.integrations.webhooks.replay(webhook!._id);
    expect(replayed).toMatchObject({ status: 'pending', attempts: 0, error: null, processedAt: null });
    expect(await world.settled()).toMatchObject([{ status: 'processed', attempts: 1, error: null }]);
    expect(world.handled).toEqual(['one']);
  });

  it('gives the handler the very request that was received', async () => {
    const requests: WebhookRequest[] = [];
    world.handle = (_integration, request) => requests.push(request);
    await world.send('{"a": 1}', { event: 'x' });
    const [webhook] = await world.settled();
    await world.integrations.replayWebhook(webhook!);
    await waitFor(() => expect(requests).toHaveLength(2), { timeout: 5_000 });
    const [first, second] = requests;
    expect(second).toMatchObject({ method: first!.method, url: first!.url, headers: first!.headers });
    expect(second!.rawBody.equals(first!.rawBody)).toBe(true);
    await world.settled();
  });

  it('is refused while the webhook is being handled', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    world.handle = () => gate;
    await world.send('one');
    const [webhook] = await world.stored();
    await waitFor(() => expect(world.handled).toEqual(['one']));
    await expect(world.integrations.replayWebhook(webhook!._id)).rejects.toMatchObject({ code: 'WEBHOOK_BUSY' });
    open();
    expect(await statuses()).toEqual(['processed']);
  });

  it.each([['not an id'], [new Types.ObjectId()]])('knows nothing of %s', async (id) => {
    await expect(world.integrations.replayWebhook(id)).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
  });
});

describe('replayMany()', () => {
  const world = useWebhookInstance(database, { prefix: 'many' });

  it('replays what has failed', async () => {
    await failing(world, 'a', 'b');
    const { integration } = world;
    expect(await world.integrations.webhooks.replayMany({ integration })).toEqual({ replayed: 2 });
    expect(await world.settled()).toMatchObject([{ status: 'processed' }, { status: 'processed' }]);
    expect(await world.integrations.webhooks.replayMany({ integration })).toEqual({ replayed: 0 });
  });

  it('replays what fits alone', async () => {
    const [, second] = await failing(world, 'a', 'b', 'c');
    const { webhooks } = world.integrations;
    expect(await webhooks.replayMany({ eventType: 'b', provider: 'senders' })).toEqual({ replayed: 1 });
    await waitFor(() => expect(world.handled).toEqual(['b']));
    expect(await webhooks.replayMany({ integration: world.integration, before: second!.createdAt })).toEqual({
      replayed: 1,
    });
    await waitFor(() => expect(world.handled).toEqual(['b', 'a']));
  });

  it('replays processed ones of one integration, and never all', async () => {
    await world.send('a');
    await world.settled();
    const { webhooks } = world.integrations;
    await expect(webhooks.replayMany({ status: 'processed' })).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
    const { integration } = world;
    expect(await webhooks.replayMany({ status: 'processed', integration })).toEqual({ replayed: 1 });
    await waitFor(() => expect(world.handled).toEqual(['a', 'a']), { timeout: 5_000 });
  });
});

describe('recover()', () => {
  const world = useWebhookInstance(database, { prefix: 'recover', start: false });

  async function left(fields: Partial<IntegrationWebhookFields>): Promise<IntegrationWebhookFields['_id']> {
    await world.send('one');
    const webhook = (await world.stored()).at(-1)!;
    const collection = world.integrations.models.IntegrationWebhook.collection;
    await collection.updateOne({ _id: webhook._id }, { $set: fields });
    return webhook._id;
  }

  it('shows that nobody handles what was held by a process that died, and leaves alone what is held', async () => {
    const past = new Date(Date.now() - 1_000);
    const future = new Date(Date.now() + dayMs);
    await left({ status: 'processing', lease: 'dead', availableAt: past });
    await left({ status: 'processing', lease: 'alive', availableAt: future });
    await left({ status: 'failed', lease: null, availableAt: past });
    expect(await world.integrations.webhooks.recover()).toEqual({ recovered: 1 });
    expect((await world.stored()).map(({ status, lease }) => [status, lease])).toEqual([
      ['pending', 'dead'],
      ['processing', 'alive'],
      ['failed', null],
    ]);
  });

  it('has the next runDue() handle it, and wait for it', async () => {
    await left({ status: 'processing', lease: 'dead', availableAt: new Date(Date.now() - 1_000) });
    await world.integrations.runDue();
    expect(await world.stored()).toMatchObject([{ status: 'processed', attempts: 1 }]);
  });
});

describe('prune()', () => {
  const world = useWebhookInstance(database, { prefix: 'prune', start: false });

  async function seed(count: number, fields: Partial<IntegrationWebhookFields>): Promise<void> {
    const id = new Types.ObjectId().toHexString();
    await world.send('seed', { id });
    const collection = world.integrations.models.IntegrationWebhook.collection;
    const { _id, deliveryId: _deliveryId, ...webhook } = (await world.stored()).find((one) => one.deliveryId === id)!;
    await collection.deleteOne({ _id });
    const fresh = () => ({
      ...webhook,
      ...fields,
      _id: new Types.ObjectId(),
      deliveryId: new Types.ObjectId().toHexString(),
    });
    await collection.insertMany(Array.from({ length: count }, fresh));
  }

  it('deletes what was processed long ago, and nothing that failed', async () => {
    const old = new Date(Date.now() - 91 * dayMs);
    await seed(1_100, { status: 'processed', processedAt: old });
    await seed(1, { status: 'failed', processedAt: old });
    await seed(1, { status: 'processed', processedAt: new Date(Date.now() - 89 * dayMs) });
    expect(await world.integrations.webhooks.prune()).toEqual({ deleted: 1_100 });
    expect((await world.stored()).map(({ status }) => status).sort()).toEqual(['failed', 'processed']);
  });

  it('ends the time of bodies that stand for an id', async () => {
    await seed(1, { bodyKey: 'over', bodyKeyExpiresAt: new Date(Date.now() - 1_000) });
    await seed(1, { bodyKey: 'not over', bodyKeyExpiresAt: new Date(Date.now() + dayMs) });
    await world.integrations.webhooks.prune();
    expect((await world.stored()).map(({ bodyKey }) => bodyKey).sort()).toEqual(['not over', null]);
  });
});

describe('list(), and dry runs', () => {
  const world = useWebhookInstance(database, { prefix: 'looks' });
  const ids = (webhooks: readonly { readonly id?: unknown }[]) => webhooks.map(({ id }) => id);

  it('lists those of an integration, the last received first, without bodies', async () => {
    const [first, second] = await failing(world, 'a', 'b');
    const { webhooks } = world.integrations;
    const { integration } = world;
    const listed = await webhooks.list({ integration });
    expect(ids(listed)).toEqual([second!._id.toHexString(), first!._id.toHexString()]);
    expect(listed[0]!.get('payload')).toBeUndefined();
    expect(ids(await webhooks.list({ integration, before: second!.createdAt }))).toEqual([first!._id.toHexString()]);
    expect(await webhooks.list({ integration, status: 'processed' })).toEqual([]);
  });

  it('lists those that failed of all', async () => {
    const failed = await failing(world, 'c');
    expect(ids(await world.integrations.webhooks.list({ limit: 1 }))).toEqual([failed[0]!._id.toHexString()]);
  });

  it.each([{ limit: 0 }, { status: 'processed' as const }])('refuses to list %o of all', async (filter) => {
    await expect(world.integrations.webhooks.list(filter)).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });

  it('replays nothing in a dry run, and says what it would', async () => {
    const [webhook] = await failing(world, 'a');
    const { webhooks } = world.integrations;
    const before = await world.stored();
    expect(await webhooks.replay(webhook!, { dryRun: true })).toMatchObject({ status: 'failed' });
    expect(await webhooks.replayMany({ integration: world.integration }, { dryRun: true })).toEqual({ replayed: 1 });
    expect(await world.stored()).toEqual(before);
    await expect(webhooks.replay(new Types.ObjectId(), { dryRun: true })).rejects.toMatchObject({
      code: 'WEBHOOK_NOT_FOUND',
    });
  });
});
