import * as fc from 'fast-check';
import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { advanceIntegration, type Advance } from '../../../../lib/sync/runs/advance-integration.js';
import type { IntegrationFields } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { useSyncInstance } from '../../../support/sync-instance.js';

const world = useSyncInstance(useDatabase(), { start: false });
const model = world.integrations.models.Integration;
const now = new Date('2026-03-01T12:00:00Z');
const next = new Date('2026-03-01T13:00:00Z');

type Facts = Partial<Omit<Advance, 'run'>> & { readonly run?: Partial<Advance['run']> };

function advance({ run = {}, ...facts }: Facts = {}) {
  const integrationId = world.integration._id;
  return advanceIntegration(model, {
    run: {
      _id: new Types.ObjectId(),
      integrationId,
      isExclusive: true,
      cursor: null,
      nextCursor: null,
      createdAt: now,
      ...run,
    },
    ...{ outcome: 'success', cursor: null, now, nextSyncAt: () => next },
    ...facts,
  });
}

const set = (fields: Partial<IntegrationFields>) =>
  model.collection.updateOne({ _id: world.integration._id }, { $set: fields });
const stored = () => model.findById(world.integration._id).orFail();
const cursorNow = async () => (await stored()).syncCursor;

describe('the schedule', () => {
  it.each(['success', 'partial', 'failed'] as const)('moves on after a sync that was a %s', async (outcome) => {
    await set({ nextSyncAt: new Date('2020-01-01T00:00:00Z') });
    await advance({ outcome });
    expect(await stored()).toMatchObject({ nextSyncAt: next });
  });

  it('is not held back by an item that fails for ever', async () => {
    for (let minute = 1; minute <= 5; minute += 1) {
      const due = new Date(next.getTime() + minute * 60_000);
      await advance({ outcome: 'partial', nextSyncAt: () => due });
      expect(await stored()).toMatchObject({ nextSyncAt: due, syncCursor: null, lastSyncedAt: null });
    }
  });

  it('goes by the failures as they are then', async () => {
    await set({ consecutiveSyncFailures: 2 });
    const seen: number[] = [];
    const nextSyncAt = ({ consecutiveSyncFailures }: IntegrationFields) => {
      seen.push(consecutiveSyncFailures);
      return next;
    };
    await advance({ outcome: 'failed', nextSyncAt });
    await advance({ outcome: 'partial', nextSyncAt });
    expect(seen).toEqual([3, 0]);
  });

  it('counts the same run once, however often its end is stored', async () => {
    const run = { _id: new Types.ObjectId() };
    await advance({ run, outcome: 'failed' });
    await advance({ run, outcome: 'failed', nextSyncAt: () => null });
    expect(await stored()).toMatchObject({ consecutiveSyncFailures: 1, nextSyncAt: next, lastSyncRunId: run._id });
  });

  it('hears of a run that became clean afterwards', async () => {
    const run = { _id: new Types.ObjectId() };
    await advance({ run, outcome: 'failed' });
    await advance({ run: { ...run, isExclusive: false }, outcome: 'success' });
    expect(await stored()).toMatchObject({ consecutiveSyncFailures: 0, lastSyncedAt: now });
  });

  it('hears nothing of it where a later run has ended since', async () => {
    const run = { _id: new Types.ObjectId() };
    await advance({ run, outcome: 'partial' });
    await advance({ outcome: 'failed' });
    await advance({ run: { ...run, isExclusive: false }, outcome: 'success' });
    expect(await stored()).toMatchObject({ consecutiveSyncFailures: 1, lastSyncedAt: null });
  });

  it('notes a clean sync only where it was clean', async () => {
    await advance({ outcome: 'partial' });
    expect(await stored()).toMatchObject({ lastSyncedAt: null });
    await advance({ outcome: 'success' });
    expect(await stored()).toMatchObject({ lastSyncedAt: now });
  });
});

describe('the cursor', () => {
  it.each([
    ['a greater number', 5, 7],
    ['a later date', new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')],
    ['a later text', '2026-01-01', '2026-01-02'],
  ])('moves to %s, and not back', async (_kind, lower, greater) => {
    expect(await advance({ cursor: lower })).toMatchObject({ hasMoved: true });
    await advance({ cursor: greater });
    expect(await cursorNow()).toEqual(greater);
    expect(await advance({ cursor: lower })).toMatchObject({ hasMoved: false });
    expect(await cursorNow()).toEqual(greater);
  });

  it('of a run that left none stays', async () => {
    await set({ syncCursor: 5 });
    await advance({ cursor: null });
    expect(await cursorNow()).toBe(5);
  });

  it('that cannot be compared moves from what the run began with', async () => {
    await set({ syncCursor: { page: 1 } });
    await advance({ cursor: { page: 2 }, run: { cursor: { page: 1 } } });
    expect(await cursorNow()).toEqual({ page: 2 });
  });

  it('that cannot be compared stays where another run has put it', async () => {
    await set({ syncCursor: { page: 9 } });
    await advance({ cursor: { page: 2 }, run: { cursor: { page: 1 } } });
    expect(await cursorNow()).toEqual({ page: 9 });
  });

  it('moves on from where the very same run has put it before', async () => {
    await set({ syncCursor: { page: 2 } });
    const run = { isExclusive: false, cursor: { page: 1 }, nextCursor: { page: 2 } };
    await advance({ cursor: { page: 3 }, run });
    expect(await cursorNow()).toEqual({ page: 3 });
  });

  it('is told as moved to whoever repeats the last step of one that died', async () => {
    const run = { _id: new Types.ObjectId(), cursor: null };
    await advance({ cursor: { page: 2 }, run });
    expect(await advance({ cursor: { page: 2 }, run })).toMatchObject({ hasMoved: true });
  });

  it('of a run that began before another account was connected stays, and so does the schedule', async () => {
    await set({ accountChangedAt: now, nextSyncAt: null });
    expect(await advance({ cursor: 5 })).toMatchObject({ hasMoved: false });
    expect(await stored()).toMatchObject({ syncCursor: null, nextSyncAt: null, lastSyncRunId: null });
    const later = { createdAt: new Date(now.getTime() + 1) };
    expect(await advance({ cursor: 3, run: later })).toMatchObject({ hasMoved: true });
    expect(await stored()).toMatchObject({ syncCursor: 3, nextSyncAt: next });
  });

  it('never moves back, in whatever order runs end', async () => {
    const ends = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 2, maxLength: 6 });
    const property = fc.asyncProperty(ends, async (cursors) => {
      await set({ syncCursor: null });
      await Promise.all(cursors.map((cursor) => advance({ cursor })));
      expect(await cursorNow()).toBe(Math.max(...cursors));
    });
    await fc.assert(property, { seed: 20_261_121, numRuns: 25 });
  });
});

describe('an integration that is gone', () => {
  beforeEach(async () => {
    await model.deleteOne({ _id: world.integration._id });
  });

  it('is not advanced', async () => {
    expect(await advance()).toBeNull();
  });
});
