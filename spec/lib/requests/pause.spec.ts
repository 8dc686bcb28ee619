import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IntegrationError } from '../../../lib/errors.js';
import { pause } from '../../../lib/requests/pause.js';

describe('pause', () => {
  const failure = new Error('the failure that is retried');

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('does not wait at all for a delay of 0', async () => {
    await pause({ delayMs: 0, signals: [], failure });
  });

  it('leaves the signals behind', async () => {
    const { signal } = new AbortController();
    vi.useRealTimers();
    await pause({ delayMs: 1, signals: [signal], failure });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the error of the signal, and the failure as its cause', async () => {
    const controller = new AbortController();
    const waiting = pause({ delayMs: 60_000, signals: [controller.signal], failure });
    controller.abort(new Error('the user went away'));
    await expect(waiting).rejects.toMatchObject({ code: 'CALL_ABORTED', cause: failure });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it.each([0, 60_000])('does not begin to wait %d ms when the signal is aborted already', async (delayMs) => {
    const signals = [AbortSignal.abort()];
    await expect(pause({ delayMs, signals, failure })).rejects.toMatchObject({ code: 'CALL_ABORTED', cause: failure });
  });

  it('keeps the failures of calls apart that the same signal ends', async () => {
    const controller = new AbortController();
    const reason = new IntegrationError('INSTANCE_STOPPED', 'stopped');
    const failures = [new Error('first'), new Error('second')];
    const waiting = failures.map((each) => pause({ delayMs: 60_000, signals: [controller.signal], failure: each }));
    controller.abort(reason);
    const ended = await Promise.allSettled(waiting);
    expect(ended).toMatchObject(
      failures.map((cause) => ({ status: 'rejected', reason: { code: 'INSTANCE_STOPPED', cause } })),
    );
    expect(reason.cause).toBeUndefined();
  });
});
