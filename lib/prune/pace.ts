import { setTimeout as sleep } from 'node:timers/promises';

/** Six sevenths of the time belong to others: whoever writes meanwhile hardly notices. */
const restPerWork = 6;
const longestRestMs = 5_000;

/** Does a piece of work, and rests several times as long: where the server is busy longer, because the work took longer. */
export async function paced<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const begun = performance.now();
  const result = await work();
  const restMs = Math.min((performance.now() - begun) * restPerWork, longestRestMs);
  // Who aborts it is heard by whoever looks at the signal next.
  await sleep(restMs, undefined, { signal }).catch(() => undefined);
  return result;
}
