import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { RetriesExhaustedError, RetryableError } from '../../../lib/errors.js';
import { retry } from '../../../lib/requests/retry.js';

const again = (): RetryableError => new RetryableError('later', { retryAfterSeconds: 0 });

/** Work that fails with these errors, one after the other, and then succeeds. */
function failing(...errors: Error[]) {
  const rest = [...errors];
  return vi.fn(async (_attempt: number) => {
    const error = rest.shift();
    if (error !== undefined) throw error;
    return 'done';
  });
}

describe('retry', () => {
  it('gives the result at once when the work succeeds', async () => {
    const work = failing();
    await expect(retry(work)).resolves.toBe('done');
    expect(work.mock.calls).toEqual([[1]]);
  });

  it('tries again until the work succeeds, and numbers the attempts', async () => {
    const work = failing(again(), again());
    await expect(retry(work)).resolves.toBe('done');
    expect(work.mock.calls).toEqual([[1], [2], [3]]);
  });

  it('throws an error that must not be retried unchanged, after one attempt', async () => {
    const error = new Error('refused');
    const work = failing(error);
    await expect(retry(work)).rejects.toBe(error);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('throws RetriesExhaustedError after the last attempt, with the last failure as its cause', async () => {
    const errors = [again(), again(), again()];
    const thrown: unknown = await retry(failing(...errors)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(RetriesExhaustedError);
    expect(thrown).toMatchObject({ code: 'RETRIES_EXHAUSTED', attempts: 3 });
    expect((thrown as Error).cause).toBe(errors[2]);
  });

  it('calls onRetry for every attempt but the last', async () => {
    const onRetry = vi.fn();
    const errors = [again(), again(), again()];
    await expect(retry(failing(...errors), { onRetry })).rejects.toThrow(RetriesExhaustedError);
    expect(onRetry.mock.calls).toEqual([
      [1, errors[0]],
      [2, errors[1]],
    ]);
  });

  it.each([0, -1, 1.5, Number.NaN, 101])('refuses %d attempts before it begins', async (attempts) => {
    const work = failing();
    await expect(retry(work, { attempts })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(work).not.toHaveBeenCalled();
  });

  it('ends a wait when the signal is aborted, and keeps the failure as the cause', async () => {
    const controller = new AbortController();
    const error = new RetryableError('later', { retryAfterSeconds: 60 });
    const onRetry = (): void => queueMicrotask(() => controller.abort());
    const work = failing(error);
    const thrown: unknown = await retry(work, { signal: controller.signal, onRetry }).catch(
      (reason: unknown) => reason,
    );
    expect(thrown).toMatchObject({ code: 'CALL_ABORTED' });
    expect((thrown as Error).cause).toBe(error);
    expect(work).toHaveBeenCalledTimes(1);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
