import { Types } from 'mongoose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFreshBatches } from '../../../../lib/sync/items/fresh-batches.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const items = [] as const;
const mebibytes = 1024 * 1024;

it('gives the items of a batch once', () => {
  const fresh = createFreshBatches();
  const id = new Types.ObjectId();
  fresh.keep(id, items, 100);
  expect(fresh.take(new Types.ObjectId())).toBeNull();
  expect(fresh.take(new Types.ObjectId(id.toHexString()))).toBe(items);
  expect(fresh.take(id)).toBeNull();
});

it('keeps them for a second', () => {
  const fresh = createFreshBatches();
  const [early, late] = [new Types.ObjectId(), new Types.ObjectId()];
  fresh.keep(early, items, 100);
  fresh.keep(late, items, 100);
  vi.advanceTimersByTime(999);
  expect(fresh.take(early)).toBe(items);
  vi.advanceTimersByTime(1);
  expect(fresh.take(late)).toBeNull();
});

it('keeps no more than 16 MiB, and what came first', () => {
  const fresh = createFreshBatches();
  const [first, second, third] = [new Types.ObjectId(), new Types.ObjectId(), new Types.ObjectId()];
  fresh.keep(first, items, 10 * mebibytes);
  fresh.keep(second, items, 10 * mebibytes);
  expect(fresh.take(second)).toBeNull();
  fresh.take(first);
  fresh.keep(third, items, 16 * mebibytes);
  expect(fresh.take(third)).toBe(items);
});

it('has room again when they are forgotten', () => {
  const fresh = createFreshBatches();
  const id = new Types.ObjectId();
  fresh.keep(new Types.ObjectId(), items, 16 * mebibytes);
  vi.advanceTimersByTime(1_000);
  fresh.keep(id, items, 16 * mebibytes);
  expect(fresh.take(id)).toBe(items);
});
