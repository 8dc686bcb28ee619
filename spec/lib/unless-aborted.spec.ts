import { describe, expect, it } from 'vitest';
import { unlessAborted } from '../../lib/unless-aborted.js';

const never = (): Promise<never> => new Promise(() => undefined);
const { signal: quiet } = new AbortController();

describe('unlessAborted', () => {
  it('settles as the work does', async () => {
    const failure = new Error('no');
    await expect(unlessAborted(quiet, () => 1)).resolves.toBe(1);
    await expect(unlessAborted(quiet, () => Promise.reject(failure))).rejects.toBe(failure);
    await expect(
      unlessAborted(quiet, () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
  });

  it('throws the reason of the signal where the work does not end', async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(controller.signal, never);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('does so where the work itself aborts the signal', async () => {
    const controller = new AbortController();
    const work = (): Promise<never> => {
      controller.abort(new Error('enough'));
      return never();
    };
    await expect(unlessAborted(controller.signal, work)).rejects.toThrow('enough');
  });

  it('does not begin where the signal is aborted already', async () => {
    let begun = false;
    const work = (): void => {
      begun = true;
    };
    await expect(unlessAborted(AbortSignal.abort(new Error('enough')), work)).rejects.toThrow('enough');
    expect(begun).toBe(false);
  });
});
