import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCallGate } from '../../../lib/requests/call-gate.js';

const stopped = expect.objectContaining({ code: 'INSTANCE_STOPPED' });

describe('createCallGate', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('lets calls in while it is open, and again after it was opened', async () => {
    const gate = createCallGate();
    gate.enter()();
    await gate.shut(0);
    expect(() => gate.enter()).toThrow(stopped);
    gate.open();
    gate.enter()();
  });

  it('is shut at once where no call is under way, and leaves no timer', async () => {
    const gate = createCallGate();
    await gate.shut(60_000);
    expect(gate.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for all calls under way, and aborts none that end in time', async () => {
    const gate = createCallGate();
    const leaves = [gate.enter(), gate.enter()];
    const shut = vi.fn();
    const shutting = gate.shut(1_000).then(shut);
    leaves[0]?.();
    await vi.advanceTimersByTimeAsync(999);
    expect(shut).not.toHaveBeenCalled();
    leaves[1]?.();
    await shutting;
    expect(gate.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('aborts the calls that are under way after the grace period, and waits for their end', async () => {
    const gate = createCallGate();
    const leave = gate.enter();
    const shut = vi.fn();
    const shutting = gate.shut(1_000).then(shut);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(gate.signal.reason).toEqual(stopped);
    expect(shut).not.toHaveBeenCalled();
    leave();
    await shutting;
  });

  it('may be shut twice at the same time: both wait for the end of the calls', async () => {
    const gate = createCallGate();
    const leave = gate.enter();
    const shutting = [gate.shut(1_000), gate.shut(1_000)];
    leave();
    await Promise.all(shutting);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has a signal of its own for what comes after it was opened again', async () => {
    const gate = createCallGate();
    const leave = gate.enter();
    const shutting = gate.shut(0);
    await vi.advanceTimersByTimeAsync(0);
    leave();
    await shutting;
    expect(gate.signal.aborted).toBe(true);
    gate.open();
    expect(gate.signal.aborted).toBe(false);
  });
});
