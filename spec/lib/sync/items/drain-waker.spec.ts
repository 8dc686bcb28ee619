import { Types } from 'mongoose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDrainWaker } from '../../../../lib/sync/items/drain-waker.js';
import { memoryLogger } from '../../../support/memory-logger.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function waker(enqueue: () => Promise<void> = () => Promise.resolve()) {
  const told: string[] = [];
  const logger = memoryLogger();
  const queue = {
    enqueue: async (_name: string, { runId = '' }: Readonly<Record<string, string>>) => {
      told.push(runId);
      await enqueue();
    },
  };
  return { ...createDrainWaker({ queue, logger }), told, logger };
}

const run = new Types.ObjectId();
const hex = run.toHexString();

it('tells of a run at once, and of what comes right after by one more time', async () => {
  const { wake, told } = waker();
  wake(run);
  expect(told).toEqual([hex]);
  for (let batch = 0; batch < 5; batch += 1) wake(run);
  await vi.advanceTimersByTimeAsync(49);
  expect(told).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toHaveLength(2);
});

it('tells of each run by itself', () => {
  const { wake, told } = waker();
  const other = new Types.ObjectId();
  wake(run);
  wake(other);
  expect(told).toEqual([hex, other.toHexString()]);
});

it('tells at once again after a quiet time, and leaves no timer', async () => {
  const { wake, told } = waker();
  wake(run);
  await vi.advanceTimersByTimeAsync(50);
  expect(vi.getTimerCount()).toBe(0);
  wake(run);
  expect(told).toHaveLength(2);
});

it('keeps nobody waiting who waits until all is told', async () => {
  const { wake, idle, told } = waker();
  wake(run);
  await vi.advanceTimersByTimeAsync(1);
  wake(run);
  await idle();
  expect(told).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

it('goes on where somebody could not be told', async () => {
  const { wake, idle, told, logger } = waker(() => Promise.reject(new Error('away')));
  wake(run);
  await idle();
  wake(run);
  await idle();
  expect(told).toHaveLength(2);
  expect(logger.lines).toMatchObject([{ level: 'warn' }, { level: 'warn' }]);
});
