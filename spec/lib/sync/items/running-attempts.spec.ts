import { Types } from 'mongoose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RunningAttempt } from '../../../../lib/sync/items/attempt.js';
import { createRunningAttempts } from '../../../../lib/sync/items/running-attempts.js';
import type { IntegrationSyncItemFields } from '../../../../schemas/integration-sync-item.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function attempt() {
  const failures: unknown[] = [];
  const running: RunningAttempt = {
    item: { _id: new Types.ObjectId() } as IntegrationSyncItemFields,
    startedAt: performance.now(),
    ended: new Promise(() => undefined),
    abort: vi.fn(),
    fail: (error) => failures.push(error),
    leave: vi.fn(),
  };
  return { running, failures };
}

it('each fails when its own time is up', () => {
  const attempts = createRunningAttempts(1_000);
  const early = attempt();
  attempts.add(early.running);
  vi.advanceTimersByTime(600);
  const late = attempt();
  attempts.add(late.running);
  vi.advanceTimersByTime(400);
  expect(early.failures).toMatchObject([{ code: 'SYNC_ITEM_TIMEOUT', details: { timeoutMs: 1_000 } }]);
  expect(late.failures).toEqual([]);
  attempts.remove(early.running);
  vi.advanceTimersByTime(600);
  expect(late.failures).toHaveLength(1);
});

it('one that has ended in time does not fail, and leaves no timer', () => {
  const attempts = createRunningAttempts(1_000);
  const quick = attempt();
  attempts.add(quick.running);
  attempts.remove(quick.running);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(2_000);
  expect(quick.failures).toEqual([]);
});

it('one that begins when another has ended has its whole time', () => {
  const attempts = createRunningAttempts(1_000);
  const quick = attempt();
  attempts.add(quick.running);
  vi.advanceTimersByTime(900);
  const next = attempt();
  attempts.add(next.running);
  attempts.remove(quick.running);
  vi.advanceTimersByTime(999);
  expect(next.failures).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(next.failures).toHaveLength(1);
});
