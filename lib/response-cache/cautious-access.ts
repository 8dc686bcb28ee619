import { createPatience } from '../patience.js';
import type { LoggerLike } from '../types/logger.js';

export const unavailable: unique symbol = Symbol('unavailable');
export type Unavailable = typeof unavailable;

/** Works on the database, and says so where it is away. Never rejects. */
export type CautiousAccess = <T>(work: () => Promise<T>) => Promise<T | Unavailable>;

/** Calls do not wait longer for a database that is away: they go without the cache. */
const patienceMs = 1_000;

export function createCautiousAccess(logger: LoggerLike): CautiousAccess {
  const patiently = createPatience(patienceMs);
  let isAway = false;

  /** Once, not for each call of that time. */
  function note(error: unknown): void {
    if (!isAway) logger.warn('The response cache cannot reach the database: calls go without it.', { error });
    isAway = true;
  }

  return async function access(work) {
    try {
      const result = await patiently(work(), unavailable);
      if (result === unavailable) note(new Error('The database did not answer in time.'));
      else isAway = false;
      return result;
    } catch (error) {
      note(error);
      return unavailable;
    }
  };
}
