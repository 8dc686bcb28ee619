import { EventEmitter, getEventListeners, getMaxListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { IntegrationError } from '../../../lib/errors.js';
import { followSignals } from '../../../lib/requests/follow-signals.js';

describe('followSignals', () => {
  it('tells of an abort as CALL_ABORTED, with the reason as its cause', () => {
    const controller = new AbortController();
    const onAbort = vi.fn();
    followSignals([new AbortController().signal, controller.signal], onAbort);
    expect(onAbort).not.toHaveBeenCalled();
    const reason = new Error('the user went away');
    controller.abort(reason);
    expect(onAbort).toHaveBeenCalledTimes(1);
    expect(onAbort).toHaveBeenCalledWith(expect.objectContaining({ code: 'CALL_ABORTED', cause: reason }));
  });

  it('keeps a reason that is an error of ours', () => {
    const reason = new IntegrationError('INSTANCE_STOPPED', 'stopped');
    const onAbort = vi.fn();
    followSignals([AbortSignal.abort(reason)], onAbort);
    expect(onAbort.mock.calls).toEqual([[reason]]);
  });

  it('tells at once of a signal that is aborted already, and follows no other', () => {
    const { signal } = new AbortController();
    const onAbort = vi.fn();
    followSignals([signal, AbortSignal.abort()], onAbort);
    expect(onAbort).toHaveBeenCalledTimes(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leaves no listener behind', () => {
    const controller = new AbortController();
    const onAbort = vi.fn();
    const leave = followSignals([controller.signal], onAbort);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    leave();
    controller.abort();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(onAbort).not.toHaveBeenCalled();
  });

  it('warns of no leak when many calls follow one signal', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const { signal } = new AbortController();
    const leaves = Array.from({ length: 50 }, () => followSignals([signal], vi.fn()));
    // Warnings are emitted on the next tick.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    for (const leave of leaves) leave();
    expect(warnings).toEqual([]);
  });

  it("does not touch the process' default for other emitters", () => {
    const before = getMaxListeners(new EventEmitter());
    followSignals([], vi.fn());
    expect(getMaxListeners(new EventEmitter())).toBe(before);
  });
});
