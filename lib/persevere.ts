import { setTimeout as sleep } from 'node:timers/promises';
import { commitVerdict } from './request-log/commit-verdict.js';

const usualPatienceMs = 30_000;
const firstWaitMs = 50;
const longestWaitMs = 1_000;

/**
 * Repeats a write while nobody knows whether it was made, because the database is away or changes its primary: half a
 * minute long by default, after which it is not begun again.
 *
 * @param write One whose repetition does no harm.
 * @param count Documents that it inserts.
 */
export async function persevere<T>(
  write: () => Promise<T>,
  { count = 1, patienceMs = usualPatienceMs }: { readonly count?: number; readonly patienceMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await write();
    } catch (error) {
      if (commitVerdict(error, count).kind !== 'uncertain' || performance.now() + waitMs > deadline) throw error;
    }
    await sleep(waitMs);
  }
}
