import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRunningAttempts, type TimedAttempt } from '../../lib/running-attempts.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const tooLong = (timeoutMs: number) => new Error(`${timeoutMs} ms`);

function attempt() {
  const failures: unknown[] = [];
  const running: TimedAttempt = {
    startedAt: performance.now(),
    abort: vi.fn(),
    fail: (error) => failures.push(error),
    leave: vi.fn(),
  };
  return { running, failures };
}

it('each fails when its own time is up', () => {
  const attempts = createRunningAttempts(1_000, tooLong);
  const early = attempt();
  attempts.add(early.running);
  vi.advanceTimersByTime(600);
  const late = attempt();
  attempts.add(late.running);
  vi.advanceTimersByTime(400);
  expect(early.failures).toEqual([new Error('1000 ms')]);
  expect(late.failures).toEqual([]);
  attempts.remove(early.running);
  vi.advanceTimersByTime(600);
  expect(late.failures).toHaveLength(1);
});

it('one that has ended in time does not fail, and leaves no timer', () => {
  const attempts = createRunningAttempts(1_000, tooLong);
  const quick = attempt();
  attempts.add(quick.running);
  attempts.remove(quick.running);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(2_000);
  expect(quick.failures).toEqual([]);
});

it('one that begins when another has ended has its whole time', () => {
  const attempts = createRunningAttempts(1_000, tooLong);
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
