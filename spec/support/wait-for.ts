import { vi } from 'vitest';

/** In milliseconds. */
export interface Patience {
  /** Default 10,000: where the machine is busy, what is waited for takes its time. */
  readonly timeout?: number;
  /** Default 20. */
  readonly interval?: number;
}

/** Waits until it does not throw. As patient as `expect.poll()` is here. */
export function waitFor<T>(
  holds: () => T | Promise<T>,
  { timeout = 10_000, interval = 20 }: Patience = {},
): Promise<T> {
  return vi.waitFor(holds, { timeout, interval });
}
