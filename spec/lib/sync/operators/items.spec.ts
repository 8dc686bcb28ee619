import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../../lib/index.js';
import { syncJobs } from '../../../../lib/sync/job-names.js';
import type { SyncRun } from '../../../../lib/sync/runs/run-collection.js';
import type { IntegrationSyncItemFields } from '../../../../schemas/integration-sync-item.js';
import { useOperators } from './operators-world.js';

const { world, operators } = useOperators();
let integration: IntegrationDocument;
let run: SyncRun;

beforeEach(async () => {
  integration = await world.integration();
  run = await world.begin(integration);
});

const failedItem = (changes: Partial<IntegrationSyncItemFields> = {}) => ({
  status: 'failed' as const,
  attempts: 3,
  ...changes,
});
const failed = (count: number) => Array.from({ length: count }, () => failedItem());
const batches = () => world.get().models.IntegrationSyncBatch.find().lean();
const statuses = async () =>
  (await world.get().models.IntegrationSyncItem.find().sort({ _id: 1 })).map(({ status }) => status);
const hex = (ids: readonly Types.ObjectId[]) => ids.map((id) => id.toHexString()).toSorted();

describe('failed()', () => {
  it('gives the failed items of an integration, page by page', async () => {
    const ids = await world.items(run, [...failed(3), { status: 'success' }, { status: 'pending' }]);
    await world.items(await world.begin(await world.integration()), failed(1));
    const first = await operators().failed(integration, { limit: 2 });
    const second = await operators().failed(integration, { limit: 2, after: first[1]!.id });
    expect([...first, ...second].map(({ id }) => id)).toEqual(hex(ids.slice(0, 3)));
    expect(second).toHaveLength(1);
  });

  it('gives those of all integrations', async () => {
    await world.items(run, failed(1));
    await world.items(await world.begin(await world.integration()), failed(1));
    expect(await operators().failed()).toHaveLength(2);
  });

  it.each([{ limit: 0 }, { limit: 1_001 }, { limit: 1.5 }, { after: 'x' }])('refuses the page %o', async (page) => {
    await expect(operators().failed(null, page)).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });
});

describe('retry()', () => {
  it('makes failed items as good as new, in a batch that can be worked on, of a run that settles again', async () => {
    const changes = {
      crashes: 2,
      failedRuns: 4,
      completedAt: new Date(),
      availableAt: new Date(),
      deferredSince: new Date(),
    };
    const [id] = await world.items(run, [failedItem(changes)]);
    await world.settle(run);
    expect(await operators().retry(id!)).toEqual({ retried: 1 });
    const [batch] = await batches();
    expect(batch).toMatchObject({ syncLogId: run._id, ids: [id], lease: null });
    expect(await world.item(id!)).toMatchObject({
      ...{ status: 'pending', attempts: 0, crashes: 0, failedRuns: 0 },
      ...{ completedAt: null, availableAt: null, deferredSince: null, batchId: batch!._id },
    });
    expect(await world.run(run)).toMatchObject({ phase: 'reopened', isExclusive: false });
    expect(world.jobs).toEqual([{ name: syncJobs.drain, runId: run._id.toHexString() }]);
  });

  it.each(['runId', 'integration'] as const)('takes all failed items of a %s, thousands of them', async (kind) => {
    await world.items(run, [...failed(1_100), { status: 'success' }, { status: 'skipped' }]);
    await world.settle(run);
    const target = kind === 'runId' ? { runId: run._id } : { integration };
    expect(await operators().retry(target)).toEqual({ retried: 1_100 });
    const found = await statuses();
    expect(found.filter((status) => status === 'pending')).toHaveLength(1_100);
    expect((await batches()).flatMap(({ ids }) => ids)).toHaveLength(1_100);
  });

  it('takes items of several runs', async () => {
    const other = await world.begin(await world.integration());
    const ids = [...(await world.items(run, failed(1))), ...(await world.items(other, failed(1)))];
    expect(await operators().retry(ids)).toEqual({ retried: 2 });
    expect(hex((await batches()).map(({ syncLogId }) => syncLogId))).toEqual(hex([run._id, other._id]));
  });

  it('changes nothing when it is repeated', async () => {
    const ids = await world.items(run, failed(2));
    await operators().retry(ids);
    expect(await operators().retry(ids)).toEqual({ retried: 0 });
    expect(await batches()).toHaveLength(1);
  });

  it('puts each item into one batch where two operators are at it', async () => {
    const ids = await world.items(run, failed(50));
    const both = await Promise.all([operators().retry(ids), operators().retry({ runId: run._id })]);
    expect(both[0].retried + both[1].retried).toBe(50);
    expect(hex((await batches()).flatMap((batch) => batch.ids))).toEqual(hex(ids));
  });

  it.each(['success', 'skipped'] as const)('refuses an item that is %s, and all with it', async (status) => {
    const ids = await world.items(run, [failedItem(), { status }]);
    await expect(operators().retry(ids)).rejects.toMatchObject({
      code: 'SYNC_ITEM_NOT_FAILED',
      details: { itemId: ids[1]!.toHexString(), status },
    });
    expect(await statuses()).toEqual(['failed', status]);
  });

  it.each([new Types.ObjectId(), 'x'])('refuses what is no item: %s', async (unknown) => {
    const [id] = await world.items(run, failed(1));
    await expect(operators().retry([id!, unknown])).rejects.toMatchObject({ code: 'SYNC_ITEM_NOT_FOUND' });
    expect(await statuses()).toEqual(['failed']);
  });

  it('refuses items of a run that is gone', async () => {
    const ids = await world.items(run, failed(1));
    await world.get().models.IntegrationSyncRun.deleteOne({ _id: run._id });
    await expect(operators().retry(ids)).rejects.toMatchObject({ code: 'SYNC_RUN_NOT_FOUND' });
    expect(await statuses()).toEqual(['failed']);
  });

  it('stops whoever settles the run at the moment', async () => {
    await world.items(run, failed(1));
    await world.settle(run);
    await operators().refinalise(run._id);
    const held = await world.get().runs.claim(run._id, 'settling');
    await operators().retry({ runId: run._id });
    const end = { outcome: 'failed', nextCursor: null, succeeded: 0, failed: 1, skipped: 0 } as const;
    expect(await world.get().runs.settle(held!, end)).toBeNull();
  });
});

describe('skip()', () => {
  const reason = 'gone for good: $status';

  it('gives failed items up, with the reason, and has their run settle again', async () => {
    const [id] = await world.items(run, failed(1));
    await world.settle(run);
    expect(await operators().skip(id!, { reason })).toEqual({ skipped: 1 });
    const item = await world.item(id!);
    expect(item).toMatchObject({ status: 'skipped', skipReason: reason, completedAt: expect.any(Date) as Date });
    expect(await world.run(run)).toMatchObject({ phase: 'reopened' });
    expect(world.jobs).toEqual([{ name: syncJobs.settle, runId: run._id.toHexString() }]);
  });

  it('takes all failed items of a run, thousands of them', async () => {
    await world.items(run, [...failed(1_100), { status: 'success' }]);
    expect(await operators().skip({ runId: run._id }, { reason })).toEqual({ skipped: 1_100 });
  });

  it('changes nothing when it is repeated', async () => {
    const [id] = await world.items(run, failed(1));
    await operators().skip(id!, { reason });
    expect(await operators().skip(id!, { reason: 'another' })).toEqual({ skipped: 0 });
    expect((await world.item(id!)).skipReason).toBe(reason);
  });

  it.each(['success', 'pending', 'processing'] as const)('refuses an item that is %s', async (status) => {
    const ids = await world.items(run, [failedItem(), { status }]);
    await expect(operators().skip(ids, { reason })).rejects.toMatchObject({
      code: 'SYNC_ITEM_NOT_FAILED',
      details: { status },
    });
    expect(await statuses()).toEqual(['failed', status]);
  });

  it.each(['', ' ', 'x'.repeat(501)])('refuses to do so for no reason: "%s"', async (none) => {
    const ids = await world.items(run, failed(1));
    await expect(operators().skip(ids, { reason: none })).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
    expect(await statuses()).toEqual(['failed']);
  });
});

describe('in a dry run', () => {
  it.each(['retry', 'skip'] as const)('%s() counts, and writes nothing', async (name) => {
    await world.items(run, [...failed(2), { status: 'success' }]);
    const before = await world.get().models.IntegrationSyncItem.find().lean();
    const target = { integration };
    const result =
      name === 'retry'
        ? await operators().retry(target, { dryRun: true })
        : await operators().skip(target, { reason: 'x', dryRun: true });
    expect(Object.values(result)).toEqual([2]);
    expect(await world.get().models.IntegrationSyncItem.find().lean()).toEqual(before);
    expect([await batches(), world.jobs]).toEqual([[], []]);
  });
});

describe('of many items', () => {
  it('tells how many it has changed, and ends after the group at hand', async () => {
    await world.items(run, failed(501));
    const stop = new AbortController();
    const told: number[] = [];
    const onProgress = (changed: number): void => {
      told.push(changed);
      stop.abort();
    };
    const how = { reason: 'Gone', onProgress, signal: stop.signal };
    expect(await operators().skip({ integration }, how)).toEqual({ skipped: 500 });
    expect(told).toEqual([500]);
    expect((await statuses()).filter((status) => status === 'failed')).toHaveLength(1);
  });
});
