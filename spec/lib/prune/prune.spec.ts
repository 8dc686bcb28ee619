import { afterEach, describe, expect, it, vi } from 'vitest';
import { pruneTargets, type PruneProgress, type PruneTarget } from '../../../lib/index.js';
import { prunableWebhooks } from '../../../lib/webhooks/prune-webhooks.js';
import { startProcess, type WorkerProcess } from '../../support/worker-process.js';
import type { PruneWorkerSettings } from '../../support/prune-worker.js';
import { daysAgo, requests, usePruneWorld } from './prune-world.js';

const world = usePruneWorld();
/** Pruning rests for several times as long as its work takes, and on a busy machine that is long. */
const BUSY_TIMEOUT_MS = 120_000;
const old = daysAgo(100);
const only = ['requests'] as const;

const seen = (progress: PruneProgress[]) => progress.map(({ deleted, expected }) => [deleted, expected]);

describe('prune()', () => {
  it(
    'deletes in chunks of a thousand, and tells how far it is',
    async () => {
      await world.store('IntegrationRequest', ...requests(2_050, old));
      const progress: PruneProgress[] = [];
      await world.integrations.prune({ only, onProgress: (each) => progress.push(each) });
      expect(seen(progress)).toEqual([0, 1_000, 2_000, 2_050].map((deleted) => [deleted, 2_050]));
      expect(new Set(progress.map(({ collection }) => collection))).toEqual(new Set(only));
    },
    BUSY_TIMEOUT_MS,
  );

  it('goes through all collections, items before their runs, and runs before their logs', async () => {
    const order = new Set<PruneTarget>();
    const result = await world.integrations.prune({ onProgress: ({ collection }) => order.add(collection) });
    expect([...order]).toEqual(pruneTargets);
    expect(Object.keys(result.collections)).toEqual(pruneTargets);
    expect(order).toContain('syncItems');
  });

  it('goes on beside an onProgress() that throws, and logs that', async () => {
    await world.store('IntegrationRequest', ...requests(2, old));
    const onProgress = () => {
      throw new Error('no progress');
    };
    expect(await world.integrations.prune({ only, onProgress })).toMatchObject({ total: 2 });
    expect(world.logger.lines.map(({ level }) => level)).toContain('error');
  });

  it.each([[['everything']], ['requests']])('refuses only: %j', async (names) => {
    await world.store('IntegrationRequest', ...requests(1, old));
    const pruned = world.integrations.prune({ only: names as unknown as readonly PruneTarget[] });
    await expect(pruned).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
    expect(await world.left('IntegrationRequest')).toHaveLength(1);
  });

  it('does not delete what has changed since it was found', async () => {
    await world.store(
      'IntegrationWebhook',
      { status: 'processed', processedAt: old },
      { status: 'processed', processedAt: old },
    );
    const webhooks = world.models.IntegrationWebhook.collection;
    const { chunks } = prunableWebhooks({ webhooks, retentionDays: 90, now: Date.now() });
    for await (const chunk of chunks({ isDry: false })) {
      // Somebody replays one.
      await webhooks.updateOne({}, { $set: { status: 'pending' } });
      expect([chunk.size, await chunk.remove()]).toEqual([2, 1]);
    }
    expect(await world.left('IntegrationWebhook')).toHaveLength(1);
  });
});

describe('prune() of items', () => {
  it('goes through hundreds of runs that settled at the same time, by pages of runs', async () => {
    const run = { phase: 'settled', settledAt: old, isExclusive: false };
    const ids = await world.store('IntegrationSyncRun', ...Array.from({ length: 501 }, () => run));
    const ended = { status: 'success', createdAt: old };
    await world.store('IntegrationSyncItem', ...ids.map((syncLogId) => ({ syncLogId, ...ended })));
    const targets = { only: ['syncItems'] } as const;
    // All but the newest one.
    expect(await world.integrations.prune({ ...targets, dryRun: true })).toMatchObject({ total: 500 });
    expect(await world.integrations.prune(targets)).toMatchObject({ total: 500 });
    expect(await world.left('IntegrationSyncItem')).toHaveLength(1);
  });
});

describe('a dry run', () => {
  it(
    'says what would be deleted, and writes nothing',
    async () => {
      await world.store('IntegrationRequest', ...requests(1_500, old), ...requests(1, new Date()));
      await world.store('IntegrationLog', { status: 'success', createdAt: daysAgo(400) });
      await world.store('IntegrationWebhook', { status: 'failed', bodyKey: 'x', bodyKeyExpiresAt: old });
      const before = await world.all();
      const dry = await world.integrations.prune({ dryRun: true });
      expect(await world.all()).toEqual(before);
      expect(dry).toMatchObject({ dryRun: true, collections: { requests: 1_500, logs: 1 }, total: 1_501 });
      expect(await world.integrations.prune()).toEqual({ ...dry, dryRun: false });
    },
    BUSY_TIMEOUT_MS,
  );
});

describe('an abort', () => {
  it(
    'ends it behind a chunk, with what was done so far; the next one does the rest',
    async () => {
      await world.store('IntegrationRequest', ...requests(1_500, old));
      const controller = new AbortController();
      const onProgress = ({ deleted }: PruneProgress) => {
        if (deleted === 1_000) controller.abort(new Error('enough'));
      };
      const pruned = world.integrations.prune({ only, onProgress, signal: controller.signal });
      await expect(pruned).rejects.toMatchObject({
        code: 'CALL_ABORTED',
        details: { collections: { requests: 1_000 }, total: 1_000 },
      });
      expect(await world.left('IntegrationRequest')).toHaveLength(500);
      expect(await world.integrations.prune({ only })).toMatchObject({ total: 500 });
    },
    BUSY_TIMEOUT_MS,
  );

  it('before it begins deletes nothing', async () => {
    await world.store('IntegrationRequest', ...requests(1, old));
    const pruned = world.integrations.prune({ signal: AbortSignal.abort() });
    await expect(pruned).rejects.toMatchObject({ code: 'CALL_ABORTED', details: { total: 0 } });
    expect(await world.left('IntegrationRequest')).toHaveLength(1);
  });

  it('is what stop() does in the end', async () => {
    const integrations = world.open({ prefix: 'stopping' });
    await integrations.models.IntegrationRequest.collection.insertMany(requests(3_000, old));
    let stopped: Promise<void> | undefined;
    const pruned = integrations.prune({ onProgress: () => void (stopped ??= integrations.stop({ graceMs: 0 })) });
    await expect(pruned).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    await stopped;
    expect(await integrations.models.IntegrationRequest.countDocuments()).toBeGreaterThan(0);
    await expect(integrations.prune()).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
  });
});

describe('the clock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is that of the server: a process that is years ahead deletes nothing young', async () => {
    await world.store('IntegrationRequest', ...requests(1, new Date()));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 * 86_400_000 });
    expect(await world.open({ prefix: 'other' }).prune()).toMatchObject({ total: 0 });
    expect(await world.integrations.prune()).toMatchObject({ total: 0 });
  });
});

describe('several processes', () => {
  const workers: WorkerProcess[] = [];
  const start = async (targets: readonly PruneTarget[]) => {
    const settings: PruneWorkerSettings = { uri: world.database.uri, only: targets };
    const worker = await startProcess('prune-worker.ts', settings);
    workers.push(worker);
    return worker;
  };
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.end();
  });

  it(
    'may prune at once: each document is deleted, and counted, once',
    async () => {
      await world.store('IntegrationRequest', ...requests(2_000, old), ...requests(10, new Date()));
      const results = await Promise.all([0, 1, 2].map(() => world.integrations.prune({ only })));
      expect(results.reduce((sum, { total }) => sum + total, 0)).toBe(2_000);
      expect(await world.left('IntegrationRequest')).toHaveLength(10);
    },
    BUSY_TIMEOUT_MS,
  );

  it(
    'go on where one was killed',
    async () => {
      const { _id: runId } = await storeOldRun();
      await world.store('IntegrationSyncItem', ...items(runId, 2_500));
      const worker = await start(['syncItems']);
      worker.send({});
      let progress = (await worker.next()) as PruneProgress;
      while (progress.deleted === 0) progress = (await worker.next()) as PruneProgress;
      await worker.end();
      const run = () => world.models.IntegrationSyncRun.collection.findOne({ _id: runId });
      expect(await run()).toMatchObject({ storedItems: 'some' });
      const left = (await world.left('IntegrationSyncItem')).length;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(2_500);
      expect(await world.integrations.prune({ only: ['syncItems'] })).toMatchObject({ total: left });
      expect(await world.left('IntegrationSyncItem')).toEqual([]);
      expect(await run()).toMatchObject({ storedItems: 'none' });
    },
    BUSY_TIMEOUT_MS,
  );

  /** And a newer one, which is kept. */
  async function storeOldRun() {
    const settled = { phase: 'settled', outcome: 'success', isExclusive: false };
    const [_id, newest] = await world.store(
      'IntegrationSyncRun',
      { ...settled, settledAt: old },
      { ...settled, settledAt: old },
    );
    expect(newest).toBeDefined();
    return { _id: _id! };
  }

  const items = (syncLogId: object, count: number) =>
    Array.from({ length: count }, (_, sequence) => ({ syncLogId, sequence, status: 'success', createdAt: old }));
});
