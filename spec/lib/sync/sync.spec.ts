import { describe, expect, it } from 'vitest';
import { type SyncProgress, currentContext } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useSyncInstance } from '../../support/sync-instance.js';
import { listThings, thingSeen } from '../../support/sync-provider.js';

const world = useSyncInstance(useDatabase());
const { integrations } = world;
const sync = () => integrations.sync(world.integration, { wait: true });
const stored = () => integrations.findOrFail(world.integration.id);
const logs = () => integrations.models.IntegrationLog.find({ integrationId: world.integration._id }).lean();
const failing = (...ids: number[]) => {
  world.handle = ({ payload }) => {
    if (ids.includes(payload.id)) throw new Error(`Thing ${String(payload.id)} cannot be handled`);
  };
};

describe('a clean sync', () => {
  it('hands each item that was listed to the listeners, and moves the cursor', async () => {
    world.list = listThings(3, 1, 2);
    const result = await sync();
    expect(world.handled.toSorted()).toEqual([1, 2, 3]);
    expect(result).toMatchObject({ succeeded: 3, failed: 0, skipped: 0, cursor: 3 });
    expect(await stored()).toMatchObject({ syncCursor: 3, consecutiveSyncFailures: 0 });
  });

  it('is logged as one operation, with its counts and its duration', async () => {
    world.list = listThings(1, 2, 2);
    const { runId } = await integrations.sync(world.integration);
    await expect.poll(() => world.names(), { timeout: 15_000 }).toContain('syncCompleted');
    const [log, ...others] = await logs();
    expect(others).toEqual([]);
    expect(log).toMatchObject({
      operation: 'sync',
      direction: 'outbound',
      status: 'success',
      summary: '2 items: 2 succeeded, 1 repetitions dropped.',
      resultData: { mode: 'incremental', listed: 2, succeeded: 2, failed: 0, skipped: 0, duplicates: 1 },
      metadata: { mode: 'incremental', trigger: 'manual' },
      ...{ attempt: 1, maxAttempts: null, error: null },
    });
    expect(log?._id.toHexString()).toBe(runId);
    expect(log?.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('emits what began, what ended, and that it was clean, each once', async () => {
    world.list = listThings(1);
    await sync();
    await expect
      .poll(() => world.names(), { timeout: 15_000 })
      .toEqual(['operationStarted', 'operationCompleted', 'syncCompleted', 'integrationSynced']);
    expect(world.emitted[2]?.payload).toMatchObject({ result: { succeeded: 1, failed: 0 } });
  });

  it('ends an episode of overdue syncs', async () => {
    const { Integration } = integrations.models;
    await Integration.updateOne({ _id: world.integration._id }, { staleSince: new Date() });
    await sync();
    await expect.poll(() => world.names(), { timeout: 15_000 }).toContain('syncStalenessRecovered');
    expect(await stored()).toMatchObject({ staleSince: null });
  });

  it('that finds nothing leaves the cursor untouched', async () => {
    world.list = listThings(7);
    await sync();
    world.list = listThings();
    const result = await sync();
    expect(result).toMatchObject({ total: 0, cursor: null });
    expect(await stored()).toMatchObject({ syncCursor: 7 });
  });

  it('tells the next one where it ended', async () => {
    world.list = listThings(7);
    await sync();
    const seen: unknown[] = [];
    world.list = (session) => void seen.push(session.cursor(), session.mode);
    await sync();
    expect(seen).toEqual([7, 'incremental']);
  });

  it('does not move the cursor back', async () => {
    world.list = listThings(7);
    await sync();
    world.list = listThings(5);
    expect(await sync()).toMatchObject({ succeeded: 1, cursor: null });
    expect(await stored()).toMatchObject({ syncCursor: 7 });
  });

  it('may be a generator that yields events, alone or with their place', async () => {
    world.list = async function* () {
      yield thingSeen({ id: 1 });
      await Promise.resolve();
      yield { event: thingSeen({ id: 2 }), externalId: 'two', checkpointValue: 2 };
    };
    await sync();
    expect(world.handled.toSorted()).toEqual([1, 2]);
    expect(await stored()).toMatchObject({ syncCursor: 2 });
    const items = await world.integration.syncItems().sort({ sequence: 1 }).lean();
    expect(items.map(({ externalId }) => externalId)).toEqual([null, 'two']);
  });
});

describe('a full sync', () => {
  it('has no cursor to begin at, and moves it like any other', async () => {
    world.list = listThings(7);
    await sync();
    const seen: unknown[] = [];
    world.list = async (session, integration) => {
      seen.push(session.cursor(), session.mode);
      await listThings(8)(session, integration);
    };
    await integrations.sync(world.integration, { wait: true, full: true });
    expect(seen).toEqual([null, 'full']);
    expect(await stored()).toMatchObject({ syncCursor: 8 });
  });
});

describe('a sync with an item that fails', () => {
  it('is partial, holds the cursor, and emits neither that the operation was completed nor that it failed', async () => {
    world.list = listThings(1, 2, 3);
    failing(2);
    const result = await sync();
    expect(result).toMatchObject({ succeeded: 2, failed: 1, cursor: null });
    expect(result.hasFailures()).toBe(true);
    expect(await stored()).toMatchObject({ syncCursor: null, lastSyncedAt: null, consecutiveSyncFailures: 0 });
    expect(await logs()).toMatchObject([{ status: 'partial', error: null }]);
    await expect
      .poll(() => world.names(), { timeout: 15_000 })
      .toEqual(['operationStarted', 'syncItemFailed', 'syncCompleted']);
  });

  it('has failed where all of them did, which the schedule goes by', async () => {
    world.list = listThings(1);
    failing(1);
    expect(await sync()).toMatchObject({ succeeded: 0, failed: 1 });
    expect(await stored()).toMatchObject({ consecutiveSyncFailures: 1 });
    expect(await logs()).toMatchObject([{ status: 'failed', error: null }]);
    await expect.poll(() => world.names(), { timeout: 15_000 }).toContain('operationFailed');
  });

  it('moves the cursor once the item has been retried, and says so again', async () => {
    world.list = listThings(1, 2);
    failing(2);
    const { runId } = await integrations.sync(world.integration);
    await expect.poll(() => world.names(), { timeout: 15_000 }).toContain('syncCompleted');
    failing();
    world.emitted.length = 0;
    await integrations.syncs.retry({ runId });
    await expect
      .poll(() => world.names(), { timeout: 15_000 })
      .toEqual(['operationCompleted', 'syncCompleted', 'integrationSynced']);
    expect(await stored()).toMatchObject({ syncCursor: 2 });
    expect(await logs()).toMatchObject([{ status: 'success', resultData: { succeeded: 2, failed: 0 } }]);
  });

  it('moves the cursor once the item has been skipped', async () => {
    world.list = listThings(1, 2);
    failing(2);
    const { runId } = await integrations.sync(world.integration);
    await expect.poll(() => world.names(), { timeout: 15_000 }).toContain('syncCompleted');
    await integrations.syncs.skip({ runId }, { reason: 'Not ours' });
    await expect.poll(async () => (await stored()).syncCursor, { timeout: 15_000 }).toBe(2);
  });
});

describe('a sync whose listing fails', () => {
  it('rejects with the error of the listing, under its code', async () => {
    world.list = () => {
      throw Object.assign(new Error('No such repository'), { code: 'ENOREPO' });
    };
    await expect(sync()).rejects.toMatchObject({
      code: 'SYNC_FAILED',
      message: 'No such repository',
      details: { error: 'Error' },
    });
    world.list = () => Promise.reject(new RangeError('Too far'));
    await expect(sync()).rejects.toMatchObject({ code: 'SYNC_FAILED', details: { error: 'RangeError' } });
    expect(await stored()).toMatchObject({ consecutiveSyncFailures: 2 });
  });

  it('handles what was dispatched before, and holds the cursor', async () => {
    world.list = async (session, integration) => {
      await listThings(1, 2)(session, integration);
      throw new Error('The second page is broken');
    };
    await expect(sync()).rejects.toThrow('The second page is broken');
    expect(world.handled.toSorted()).toEqual([1, 2]);
    expect(await stored()).toMatchObject({ syncCursor: null });
    expect(await logs()).toMatchObject([
      { status: 'failed', error: { message: 'The second page is broken' }, resultData: { succeeded: 2 } },
    ]);
  });

  it('rejects with our code where the provider dispatches what is no event', async () => {
    world.list = (session) => session.dispatch({ name: '', payload: null });
    await expect(sync()).rejects.toMatchObject({ code: 'SYNC_ITEM_INVALID' });
  });

  it('rejects where the checkpoints make no cursor', async () => {
    world.list = async (session) => {
      await session.dispatch(thingSeen({ id: 1 }), { checkpointValue: 1 });
      await session.dispatch(thingSeen({ id: 2 }), { checkpointValue: '2' });
    };
    await expect(sync()).rejects.toMatchObject({ code: 'SYNC_CHECKPOINTS_INVALID' });
    expect(world.handled.toSorted()).toEqual([1, 2]);
    expect(await stored()).toMatchObject({ syncCursor: null, consecutiveSyncFailures: 1 });
  });
});

describe('waiting', () => {
  it('joins a sync that is under way', async () => {
    let listings = 0;
    world.list = async (session, integration) => {
      listings += 1;
      await listThings(1)(session, integration);
    };
    const results = await Promise.all([sync(), sync(), sync()]);
    expect(results.map(({ succeeded }) => succeeded)).toEqual([1, 1, 1]);
    expect(listings).toBe(1);
  });

  it('tells how far it is, and at the end that all is done', async () => {
    const seen: SyncProgress[] = [];
    world.list = async (session, integration) => {
      session.expect(3);
      await listThings(1, 2, 3)(session, integration);
      expect(await session.progress()).toMatchObject({ phase: 'listing' });
    };
    const onProgress = (progress: SyncProgress) => void seen.push(progress);
    await integrations.sync(world.integration, { wait: true, onProgress });
    expect(seen.at(-1)).toMatchObject({
      ...{ phase: 'settled', outcome: 'success', listed: 3, done: 3, failed: 0, total: 3, etaSeconds: 0 },
    });
  });

  it('goes on when the progress cannot be shown', async () => {
    const onProgress = () => {
      throw new Error('No terminal');
    };
    await expect(integrations.sync(world.integration, { wait: true, onProgress })).resolves.toMatchObject({ total: 0 });
    expect(world.logger.lines.some(({ message }) => message.includes('could not be shown'))).toBe(true);
  });

  it('ends by its signal, and the sync goes on', async () => {
    const waiting = new AbortController();
    let go = (): void => undefined;
    const gone = new Promise<void>((resolve) => (go = resolve));
    world.list = async (session, integration) => {
      waiting.abort();
      await gone;
      await listThings(1)(session, integration);
    };
    const { signal } = waiting;
    await expect(integrations.sync(world.integration, { wait: true, signal })).rejects.toMatchObject({
      code: 'CALL_ABORTED',
    });
    go();
    await expect.poll(() => world.names(), { timeout: 15_000 }).toContain('syncCompleted');
  });
});

describe('asking for a sync', () => {
  it('begins one, and says whether it was under way before', async () => {
    let go = (): void => undefined;
    const gone = new Promise<void>((resolve) => (go = resolve));
    world.list = () => gone;
    const first = await world.integration.syncNow();
    const second = await integrations.syncNow(world.integration);
    expect(first.isNew).toBe(true);
    expect(second).toEqual({ runId: first.runId, isNew: false });
    await expect(integrations.syncNow(world.integration, { full: true })).rejects.toMatchObject({
      code: 'SYNC_ALREADY_RUNNING',
      details: { runId: first.runId },
    });
    go();
    await expect.poll(() => world.names(), { timeout: 15_000 }).toContain('syncCompleted');
  });

  it('refuses an integration that is switched off', async () => {
    await integrations.disable(world.integration);
    await expect(integrations.sync(world.integration, { wait: true })).rejects.toMatchObject({
      code: 'SYNC_CANCELLED',
    });
  });
});

it('is no call: the listing runs outside of any request', async () => {
  let context: unknown = 'unknown';
  world.list = () => void (context = currentContext());
  await sync();
  expect(context).toBeNull();
});
