import { withinTime } from './within-time.js';

/** Waits for the database as long as that is reasonable. */
export type Patience = <T, U>(work: Promise<T>, otherwise: U) => Promise<T | U>;

const timeIsUp = Symbol('time is up');

/**
 * Settles like the work, or resolves with `otherwise` when that takes longer than `ms` milliseconds. From then on
 * nobody waits at all until the work that took so long is over: calls are held up once by a database that is away, not
 * each.
 */
export function createPatience(ms: number): Patience {
  let overdue = 0;
  const noLongerOverdue = (): void => {
    overdue -= 1;
  };
  return async (work, otherwise) => {
    const outcome = await withinTime(work, overdue > 0 ? 0 : ms, timeIsUp);
    if (outcome !== timeIsUp) return outcome;
    overdue += 1;
    work.then(noLongerOverdue, noLongerOverdue);
    return otherwise;
  };
}
