import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  currentSyncAttempt,
  defineSyncItemEvent,
  RateLimitExceededError,
  RetryableError,
} from '../../../../lib/index.js';
import { ambient } from '../../../../lib/context.js';
import type { SyncItemInput, SyncItemListener } from '../../../../lib/sync/item-listeners.js';
import type { BatchOwner } from '../../../../lib/sync/items/batch.js';
import { useDatabase } from '../../../support/database.js';
import { useHttpServer } from '../../../support/http-server.js';
import {
  batchesOf,
  drainAll,
  drainOnce,
  itemsOf,
  list,
  newRun,
  numbered,
  openItemsWorld,
  until,
  type ItemsWorld,
} from './items-world.js';

const database = useDatabase();
const upstream = useHttpServer();
const specItem = defineSyncItemEvent<{ number: number }>('spec.item');
let world: ItemsWorld;
let removers: (() => void)[] = [];

beforeAll(async () => {
  world = await openItemsWorld(database.uri, {
    origin: upstream.origin,
    settings: { itemTries: 3, itemBackoff: [0.5, 0.1], itemTimeoutSeconds: 1, batchSize: 100, leaseSeconds: 5 },
    graceMs: 300,
  });
  return () => world.close();
});

afterEach(() => {
  for (const remove of removers) remove();
  removers = [];
  world.emitted.length = 0;
});

function listen(listener: SyncItemListener<{ number: number }>): void {
  removers.push(world.listeners.onSyncItem(specItem, listener));
}

async function listed(count: number): Promise<BatchOwner> {
  const run = newRun(world);
  await list(world, run, count);
  return run;
}

const only = async (run: BatchOwner) => (await itemsOf(world, run))[0]!;

describe('an item whose listeners succeed', () => {
  it('is done, and its batch is gone', async () => {
    const run = await listed(250);
    const seen: number[] = [];
    listen(({ payload }) => void seen.push(payload.number));
    await drainAll(world, run);
    expect(new Set(seen).size).toBe(250);
    expect(seen).toHaveLength(250);
    for (const item of await itemsOf(world, run)) {
      expect(item).toMatchObject({ status: 'success', attempts: 1, error: null, completedAt: expect.any(Date) });
    }
    expect(await batchesOf(world, run)).toEqual([]);
    expect(world.drained).toContain(run._id.toHexString());
  });

  it('is handed to them in order of registration, each awaited', async () => {
    const run = await listed(1);
    const order: string[] = [];
    listen(async () => {
      await sleep(20);
      order.push('first');
    });
    listen(() => void order.push('second'));
    await drainAll(world, run);
    expect(order).toEqual(['first', 'second']);
  });

  it('shows them everything about it', async () => {
    const run = await listed(1);
    let input: SyncItemInput<{ number: number }> | undefined;
    let around: unknown;
    listen((given) => {
      input = given;
      around = { attempt: currentSyncAttempt(), operation: ambient().operation, priority: ambient().priority };
    });
    await drainAll(world, run);
    const item = await only(run);
    expect(input).toMatchObject({ payload: { number: 0 }, externalId: '0', attempt: 1, maxAttempts: 3 });
    expect(input?.integration.id).toBe(world.integration.id);
    expect(input?.item.id).toBe(item._id.toHexString());
    expect(input?.item.isTerminal()).toBe(false);
    expect(input?.signal.aborted).toBe(false);
    expect(around).toMatchObject({
      attempt: { itemId: item._id, syncLogId: run._id, externalId: '0', attempt: 1, maxAttempts: 3 },
      operation: { operation: 'sync', logId: run._id },
      priority: 'background',
    });
    expect(currentSyncAttempt()).toBeNull();
  });

  it('keeps the calls that were made for it', async () => {
    upstream.answer((_request, response) => response.writeHead(200).end('{}'));
    const run = await listed(2);
    listen(async ({ payload, integration }) => {
      if (payload.number === 1) await integration.at('/a').get();
    });
    await drainAll(world, run);
    const items = await itemsOf(world, run);
    expect(items.map(({ requestCount, status }) => ({ requestCount, status }))).toEqual([
      { requestCount: 0, status: 'success' },
      { requestCount: 1, status: 'success' },
    ]);
    expect(items[1]?.requests).toMatchObject([{ endpoint: '/a', method: 'GET', statusCode: 200 }]);
  });
});

describe('an item that fails', () => {
  it('is tried again after a while, and a success leaves no trace of it', async () => {
    const run = await listed(1);
    const attempts: number[] = [];
    listen(({ attempt }) => {
      attempts.push(attempt);
      if (attempt === 1) throw new Error('not yet');
    });
    await drainOnce(world, run);
    expect(await only(run)).toMatchObject({ status: 'pending', attempts: 1, error: { message: 'not yet' } });
    expect((await only(run)).availableAt).toBeInstanceOf(Date);
    await drainAll(world, run);
    expect(await only(run)).toMatchObject({ status: 'success', attempts: 2, error: null, availableAt: null });
    expect(attempts).toEqual([1, 2]);
  });

  it('is not handed to the listeners after the one that failed', async () => {
    const run = await listed(1);
    let later = 0;
    listen(() => Promise.reject(new Error('no')));
    listen(() => void (later += 1));
    await drainOnce(world, run);
    expect(later).toBe(0);
  });

  it('too often has failed for good, without secrets, and one event tells so', async () => {
    const run = await listed(3);
    const failure = new Error('refused a-secret-token-1234');
    listen(({ payload }) => (payload.number === 1 ? Promise.reject(failure) : undefined));
    await drainAll(world, run);
    const items = await itemsOf(world, run);
    expect(items.map(({ status }) => status)).toEqual(['success', 'failed', 'success']);
    expect(items[1]).toMatchObject({ attempts: 3, completedAt: expect.any(Date), availableAt: null });
    expect(items[1]?.error?.message).not.toContain('a-secret-token-1234');
    expect(world.emitted).toHaveLength(1);
    expect(world.emitted[0]).toMatchObject({ name: 'syncItemFailed', error: failure });
    expect(world.emitted[0]?.item).toMatchObject({ _id: items[1]?._id, status: 'failed', attempts: 3 });
  });

  it('by a RetryableError waits as long, and is tried as often, as that says', async () => {
    const run = await listed(2);
    const times: number[] = [];
    listen(({ payload }) => {
      if (payload.number === 0) throw new RetryableError('once only', { maxAttempts: 1 });
      times.push(performance.now());
      if (times.length === 1) throw new RetryableError('later', { retryAfterSeconds: 0.5 });
    });
    await drainAll(world, run);
    expect(await itemsOf(world, run)).toMatchObject([
      { status: 'failed', attempts: 1 },
      { status: 'success', attempts: 2 },
    ]);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(450);
  });

  it('to end in time is told so, and has failed whatever it does then', async () => {
    const run = await listed(1);
    let aborted: unknown;
    listen(
      ({ signal }) =>
        new Promise(() => signal.addEventListener('abort', () => void (aborted = signal.reason), { once: true })),
    );
    await drainOnce(world, run);
    expect(await only(run)).toMatchObject({ status: 'pending', attempts: 1, error: { code: 'SYNC_ITEM_TIMEOUT' } });
    expect(aborted).toMatchObject({ code: 'SYNC_ITEM_TIMEOUT' });
  });
});

describe('an item that is held back', () => {
  const refused = () => new RateLimitExceededError({ integrationId: 'x', retryAfterSeconds: 60 });

  it('is put off without an attempt, and others of its kind with it, but not of another kind', async () => {
    const run = newRun(world);
    const writer = world.writer(run);
    for (let index = 0; index < 50; index += 1) await writer.add(numbered(index));
    await writer.add({ name: 'spec.other', payload: null });
    await writer.flush();
    let calls = 0;
    listen(() => {
      calls += 1;
      throw new Error('wrapped', { cause: refused() });
    });
    removers.push(world.listeners.onSyncItem('spec.other', () => undefined));
    await drainOnce(world, run);
    const items = await itemsOf(world, run);
    expect(calls).toBeLessThanOrEqual(10);
    expect(items.at(-1)).toMatchObject({ status: 'success' });
    for (const item of items.slice(0, 50)) {
      expect(item).toMatchObject({
        status: 'pending',
        attempts: 0,
        deferredSince: expect.any(Date),
        error: { code: null, message: 'wrapped' },
      });
    }
    const [batch] = await batchesOf(world, run);
    expect(batch?.ids).toHaveLength(50);
    expect(batch!.availableAt.getTime() - Date.now()).toBeGreaterThan(50_000);
  });

  it('for longer than the window has failed', async () => {
    const run = await listed(1);
    await world.models.IntegrationSyncItem.collection.updateOne(
      { syncLogId: run._id },
      { $set: { deferredSince: new Date(Date.now() - 7 * 3_600_000) } },
    );
    // As it is in the database, not as it was listed.
    for (const { _id } of await batchesOf(world, run)) world.fresh.take(_id);
    listen(() => Promise.reject(refused()));
    await drainAll(world, run);
    expect(await only(run)).toMatchObject({
      status: 'failed',
      attempts: 0,
      error: { code: 'SYNC_DEFERRED_TOO_LONG' },
    });
    expect(world.emitted).toHaveLength(1);
  });

  it('because nobody listens to it here is put off as well', async () => {
    const run = await listed(3);
    await drainOnce(world, run);
    for (const item of await itemsOf(world, run)) {
      expect(item).toMatchObject({ status: 'pending', attempts: 0, error: { code: 'SYNC_LISTENER_MISSING' } });
    }
  });
});

describe('what others have decided meanwhile', () => {
  it('a skip stays a skip', async () => {
    const run = await listed(2);
    listen(async ({ item, payload }) => {
      await world.models.IntegrationSyncItem.updateOne({ _id: item._id }, { status: 'skipped' });
      if (payload.number === 1) throw new Error('no');
    });
    await drainAll(world, run);
    expect((await itemsOf(world, run)).map(({ status }) => status)).toEqual(['skipped', 'skipped']);
  });

  it('a success beats a failure, and a late failure undoes nothing', async () => {
    const run = await listed(2);
    const states = ['failed', 'success'];
    listen(async ({ item, payload }) => {
      await world.models.IntegrationSyncItem.updateOne(
        { _id: item._id },
        { status: states[payload.number], attempts: 3 },
      );
      if (payload.number === 1) throw new Error('late');
    });
    await drainAll(world, run);
    expect((await itemsOf(world, run)).map(({ status }) => status)).toEqual(['success', 'success']);
    expect(world.emitted).toEqual([]);
  });
});

describe('a drain', () => {
  it('shows what has been running for a while', async () => {
    const slow = await openItemsWorld(database.uri, { integrationId: world.integration.id });
    const run = newRun(slow);
    await list(slow, run, 2);
    let finish = (): void => undefined;
    slow.listeners.onSyncItem('spec.item', ({ externalId }) =>
      externalId === '0' ? undefined : new Promise<void>((resolve) => (finish = resolve)),
    );
    const draining = drainOnce(slow, run);
    await until(async () => {
      const [quick, lasting] = await itemsOf(slow, run);
      return quick?.status === 'success' && lasting?.status === 'processing';
    });
    finish();
    await draining;
    expect((await itemsOf(slow, run)).map(({ status }) => status)).toEqual(['success', 'success']);
    await slow.close();
  });

  it('that has to stop hands back at once what has not begun, and waits for what runs', async () => {
    const run = await listed(100);
    const controller = new AbortController();
    let begun = 0;
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    listen(() => {
      begun += 1;
      return over;
    });
    const draining = world.drain(run._id, controller.signal);
    await until(() => begun === 10);
    controller.abort();
    await until(async () =>
      (await batchesOf(world, run)).some(({ ids, lease }) => ids.length === 90 && lease === null),
    );
    end();
    await draining;
    const items = await itemsOf(world, run);
    expect(items.filter(({ status }) => status === 'success')).toHaveLength(10);
    expect(begun).toBe(10);
  });

  it('that has to stop does not wait for ever, and counts nothing that it cut off', async () => {
    const run = await listed(1);
    const controller = new AbortController();
    let signal: AbortSignal | undefined;
    listen((input) => {
      ({ signal } = input);
      return new Promise(() => undefined);
    });
    const draining = world.drain(run._id, controller.signal);
    await until(() => signal !== undefined);
    controller.abort(new Error('stopping'));
    await draining;
    expect(signal?.reason).toMatchObject({ message: 'stopping' });
    expect(await only(run)).toMatchObject({ status: 'pending', attempts: 0, error: null });
    expect(await world.batches.hasDue(run._id)).toBe(true);
  });

  it('leaves the items of an integration alone that is switched off', async () => {
    const off = await world.integrations.create({ provider: 'local', name: 'Off', credentials: { token: 't' } });
    const run = { ...newRun(world), integrationId: off._id };
    await list(world, run, 2);
    await world.integrations.disable(off);
    let calls = 0;
    listen(() => void (calls += 1));
    await drainOnce(world, run);
    expect(calls).toBe(0);
    const [batch] = await batchesOf(world, run);
    expect(batch).toMatchObject({ lease: null });
    expect(batch!.availableAt.getTime()).toBeGreaterThan(Date.now() + 30_000);
  });

  it('makes room for other runs after 10,000 items, and has another one go on', { timeout: 60_000 }, async () => {
    const large = await openItemsWorld(database.uri, {
      integrationId: world.integration.id,
      settings: { batchSize: 500 },
    });
    const run = newRun(large);
    await list(large, run, 10_600);
    let calls = 0;
    large.listeners.onSyncItem('spec.item', () => void (calls += 1));
    await drainOnce(large, run);
    expect(calls).toBeGreaterThanOrEqual(10_000);
    expect(calls).toBeLessThan(10_500);
    await drainAll(large, run);
    expect(calls).toBe(10_600);
    await large.close();
  });

  it('renews the lease of its batch for as long as that takes', async () => {
    const brief = await openItemsWorld(database.uri, {
      integrationId: world.integration.id,
      settings: { leaseSeconds: 1 },
    });
    const run = newRun(brief);
    await list(brief, run, 1);
    let calls = 0;
    brief.listeners.onSyncItem('spec.item', async () => {
      calls += 1;
      await sleep(2_500);
    });
    const draining = drainOnce(brief, run);
    await until(() => calls === 1);
    let claimed = false;
    const watching = until(async () => {
      claimed ||= await brief.batches.hasDue(run._id);
      return !(await brief.batches.hasAny(run._id));
    });
    await draining;
    await watching;
    expect(claimed).toBe(false);
    expect(calls).toBe(1);
    await brief.close();
  });
});

describe('a provider that has payloads sealed', () => {
  it('gets them stored unreadable, and its listeners get them as they were', async () => {
    const sealing = await openItemsWorld(database.uri, {
      integrationId: world.integration.id,
      provider: { sealSyncPayloads: true },
    });
    const run = newRun(sealing);
    const writer = sealing.writer(run);
    const payload = { number: 1, at: new Date(0), note: 'personal data', left: undefined };
    await writer.add({ name: 'spec.item', payload });
    await writer.flush();
    const stored = await only(run);
    expect(stored.payload).toMatch(/^ey[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    let seen: unknown;
    sealing.listeners.onSyncItem('spec.item', (input) => void (seen = input.payload));
    await drainAll(sealing, run);
    expect(seen).toEqual({ number: 1, at: new Date(0), note: 'personal data' });
    await sealing.close();
  });
});
