import type { Types } from 'mongoose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRunStore, type ClaimedRun, type RunStore } from '../../../../lib/sync/runs/run-store.js';
import { useDatabase } from '../../../support/database.js';
import { useSyncInstance } from '../../../support/sync-instance.js';

const world = useSyncInstance(useDatabase(), { start: false });
const model = world.integrations.models.IntegrationSyncRun;
const leaseMs = 60_000;
const store: RunStore = createRunStore({ model, leaseMs, deferWindowMs: 10_000 });
const counts = { listed: 3, duplicates: 1, expected: 9, hasCheckpoints: true };
const order = { mode: 'incremental', trigger: 'manual' } as const;
const end = { outcome: 'success', nextCursor: 7, succeeded: 2, failed: 0, skipped: 1 } as const;

beforeAll(() => world.integrations.install());

const begin = () => store.begin(world.integration, order);
const set = (run: { readonly _id: Types.ObjectId }, fields: object) =>
  model.collection.updateOne({ _id: run._id }, { $set: fields });
const past = new Date('2020-01-01T00:00:00Z');

async function claimed(token = 'mine'): Promise<ClaimedRun> {
  const { run } = await begin();
  const held = await store.claim(run._id, token);
  if (held === null) throw new Error('The run cannot be claimed.');
  return held;
}

describe('beginning', () => {
  it('makes one run, whoever begins at the same time', async () => {
    const begun = await Promise.all(Array.from({ length: 8 }, begin));
    expect(begun.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(begun.map(({ run }) => run._id.toHexString())).size).toBe(1);
    expect(await model.countDocuments({ integrationId: world.integration._id })).toBe(1);
  });

  it('makes another one when the one before is over', async () => {
    const first = await claimed();
    await store.settle(first, end);
    expect(await begin()).toMatchObject({ isNew: true, run: { phase: 'listing', mode: 'incremental', listed: 0 } });
  });
});

describe('a claim', () => {
  it('is given to one', async () => {
    const { run } = await begin();
    const claims = await Promise.all(['one', 'two', 'three'].map((token) => store.claim(run._id, token)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it('of a listing counts the listings, and whose processes died', async () => {
    const first = await claimed();
    expect(first).toMatchObject({ listingAttempt: 1, crashes: 0 });
    await set(first, { availableAt: past });
    expect(await store.claim(first._id, 'next')).toMatchObject({ listingAttempt: 2, crashes: 1 });
  });

  it('does not take a process for dead that has handed its run back', async () => {
    const first = await claimed();
    await store.release(first, 0);
    expect(await store.claim(first._id, 'next')).toMatchObject({ listingAttempt: 2, crashes: 0 });
  });

  it('is not given of a run that is put off, or over', async () => {
    const first = await claimed();
    await store.release(first, 60_000);
    expect(await store.claim(first._id, 'early')).toBeNull();
    await set(first, { phase: 'settled', availableAt: past });
    expect(await store.claim(first._id, 'late')).toBeNull();
  });
});

describe('who has lost the lease', () => {
  const writes: [string, (held: ClaimedRun) => Promise<unknown>][] = [
    ['renews', (held) => store.renew(held, counts)],
    ['begins', (held) => store.startListing(held, 1)],
    ['saves', (held) => store.saveListing(held, { page: 2 }, counts)],
    ['hands back', (held) => store.release(held, 0)],
    ['puts off', (held) => store.putOff(held, 0)],
    ['ends the listing', (held) => store.enterDraining(held, null, counts)],
    ['settles', (held) => store.settle(held, end)],
  ];
  it.each(writes)('changes nothing when he %s', async (_verb, write) => {
    const mine = await claimed();
    await set(mine, { availableAt: past });
    await store.claim(mine._id, 'another');
    const before = await model.findById(mine._id).lean();
    expect([null, false]).toContain(await write(mine));
    expect(await model.findById(mine._id).lean()).toEqual(before);
  });
});

describe('putting off', () => {
  it('is allowed until the window since the first time is over', async () => {
    const first = await claimed();
    const putOff = await store.putOff(first, 1_000);
    const until = putOff?.deferUntil?.getTime() ?? 0;
    expect(until - (putOff?.updatedAt.getTime() ?? 0)).toBe(10_000);
    await set(first, { availableAt: past, deferUntil: new Date(Date.now() + 2_000) });
    const second = await store.claim(first._id, 'second');
    expect(await store.putOff({ _id: first._id, lease: second?.lease ?? '' }, 60_000)).toBeNull();
  });

  it('is refused at once for longer than the window', async () => {
    expect(await store.putOff(await claimed(), 60_000)).toBeNull();
  });

  it('begins anew once a listing has come on', async () => {
    const first = await claimed();
    await set(first, { deferUntil: past, crashes: 2 });
    await store.saveListing(first, { $state: '$of mine' }, counts);
    expect(await store.find(first._id)).toMatchObject({
      ...{ deferUntil: null, crashes: 0, listing: { $state: '$of mine' } },
      ...counts,
    });
  });
});

describe('reopening', () => {
  it('has a settled run settle again, and lets a new one begin beside it', async () => {
    const first = await claimed();
    await store.settle(first, end);
    expect(await store.reopen(first._id)).toMatchObject({ phase: 'reopened', isExclusive: false });
    expect(await begin()).toMatchObject({ isNew: true });
    expect(await store.claim(first._id, 'again')).toMatchObject({ phase: 'reopened', listingAttempt: 1 });
  });

  it('holds the run as long as it is told to, or until it is told again', async () => {
    const first = await claimed();
    await store.settle(first, end);
    await store.reopen(first._id, 60_000);
    expect(await store.claim(first._id, 'early')).toBeNull();
    await store.reopen(first._id);
    expect(await store.claim(first._id, 'late')).not.toBeNull();
  });

  it('stops who settles the run by what he saw before', async () => {
    const lister = await claimed();
    await store.enterDraining(lister, null, counts);
    const settler = await store.claim(lister._id, 'settler');
    await store.reopen(lister._id);
    expect(await store.settle({ _id: lister._id, lease: settler?.lease ?? '' }, end)).toBeNull();
    expect(await store.find(lister._id)).toMatchObject({ phase: 'draining', isExclusive: true });
  });

  it('leaves a listing alone', async () => {
    const lister = await claimed();
    await store.reopen(lister._id);
    expect(await store.renew(lister)).toBe(true);
  });
});

describe('the end', () => {
  it('is stored with its numbers', async () => {
    const held = await claimed();
    expect(await store.settle(held, end)).toMatchObject({
      ...{ phase: 'settled', isExclusive: false, lease: null, outcome: 'success', nextCursor: 7 },
      ...{ listed: 3, succeeded: 2, failed: 0, skipped: 1 },
    });
  });
});

beforeEach(async () => {
  await model.deleteMany({});
});
