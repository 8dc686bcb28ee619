import { setTimeout as sleep } from 'node:timers/promises';

/** Room for further batches of a run. */
export interface QueueRoom {
  /** Resolves when there is room for one more. Rejects with the signal's reason when it is aborted. */
  take(signal: AbortSignal): Promise<void>;
}

const firstWaitMs = 20;
const longestWaitMs = 200;

/**
 * Asks the database once for as many batches as there is room for: who works on them only makes more room. Two that
 * take at once may take one too many.
 *
 * @param countDue How many batches wait, counted up to the limit.
 */
export function createQueueRoom(countDue: (limit: number) => Promise<number>, maxQueued: number): QueueRoom {
  let room = 0;
  return {
    async take(signal) {
      for (let waitMs = firstWaitMs; room <= 0; waitMs = Math.min(waitMs * 1.5, longestWaitMs)) {
        signal.throwIfAborted();
        room = maxQueued - (await countDue(maxQueued));
        if (room <= 0) await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
      signal.throwIfAborted();
      room -= 1;
    },
  };
}
