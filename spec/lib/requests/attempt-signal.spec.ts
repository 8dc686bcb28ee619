import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attemptSignal, type AttemptLimits } from '../../../lib/requests/attempt-signal.js';

/** An attempt whose own time has begun. */
function startedAttempt({ timeoutMs, ...limits }: AttemptLimits & { timeoutMs: number }) {
  const attempt = attemptSignal(limits);
  attempt.startTimeout(timeoutMs);
  return attempt;
}

describe('attemptSignal', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('is aborted by the time-out of the attempt, and not before', () => {
    const { signal } = startedAttempt({ timeoutMs: 1_000, remainingMs: 5_000, outer: [] });
    vi.advanceTimersByTime(999);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({ code: 'ATTEMPT_TIMEOUT', details: { timeoutMs: 1_000 } });
  });

  it('does not count what came before its time began', () => {
    const { signal, startTimeout } = attemptSignal({ remainingMs: 5_000, outer: [] });
    vi.advanceTimersByTime(4_000);
    startTimeout(1_000);
    vi.advanceTimersByTime(999);
    expect(signal.aborted).toBe(false);
  });

  it('is aborted by the deadline of the call where that comes first', () => {
    const { signal } = startedAttempt({ timeoutMs: 1_000, remainingMs: 200, outer: [] });
    vi.advanceTimersByTime(200);
    expect(signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('is aborted at once when the deadline has passed', () => {
    const { signal } = startedAttempt({ timeoutMs: 1_000, remainingMs: -5, outer: [] });
    vi.advanceTimersByTime(0);
    expect(signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it.each([0, 1])('is aborted by each of the outer signals (%i)', (index) => {
    const controllers = [new AbortController(), new AbortController()];
    const { signal } = startedAttempt({
      timeoutMs: 1_000,
      remainingMs: 5_000,
      outer: controllers.map((c) => c.signal),
    });
    controllers[index]?.abort();
    expect(signal.reason).toMatchObject({ code: 'CALL_ABORTED' });
  });

  it('is aborted from the start by an outer signal that is', () => {
    const { signal } = startedAttempt({ timeoutMs: 1_000, remainingMs: 5_000, outer: [AbortSignal.abort()] });
    expect(signal.reason).toMatchObject({ code: 'CALL_ABORTED' });
  });

  it('keeps the first reason', () => {
    const controller = new AbortController();
    const { signal } = startedAttempt({ timeoutMs: 1_000, remainingMs: 5_000, outer: [controller.signal] });
    vi.advanceTimersByTime(1_000);
    controller.abort();
    expect(signal.reason).toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
  });

  it('has no timer and no listener left after its release', () => {
    const controller = new AbortController();
    const { signal, release } = startedAttempt({ timeoutMs: 1_000, remainingMs: 5_000, outer: [controller.signal] });
    expect([vi.getTimerCount(), getEventListeners(controller.signal, 'abort').length]).toEqual([1, 1]);
    release();
    expect([vi.getTimerCount(), getEventListeners(controller.signal, 'abort').length]).toEqual([0, 0]);
    controller.abort();
    expect(signal.aborted).toBe(false);
  });

  it('still follows the outer signals when its timer is stopped', () => {
    const controller = new AbortController();
    const { signal, stopTimer } = startedAttempt({ timeoutMs: 1_000, remainingMs: 5_000, outer: [controller.signal] });
    stopTimer();
    vi.advanceTimersByTime(10_000);
    expect(signal.aborted).toBe(false);
    controller.abort();
    expect(signal.reason).toMatchObject({ code: 'CALL_ABORTED' });
  });

  it('does not end at once where the time-out is longer than a timer can be', () => {
    const year = 365 * 86_400_000;
    const { signal } = startedAttempt({ timeoutMs: year, remainingMs: 2 * year, outer: [] });
    vi.advanceTimersByTime(86_400_000);
    expect(signal.aborted).toBe(false);
  });
});
