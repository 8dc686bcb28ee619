import { pause } from '../requests/pause.js';
import { unavailable } from './cautious-access.js';
import type { ResponseStore } from './response-store.js';
import type { FetchState } from './stored-response.js';

const firstPauseMs = 20;
const longestPauseMs = 200;

/**
 * How the fetch of another process ended:
 *
 * - `over`: it stored something, died, or was made void; look again
 * - `failed`: it brought nothing; whoever waited for it had better not wait once more
 */
export type FetchEnd = 'over' | 'failed';

/**
 * Waits until somebody else's fetch is over, or the signal is aborted.
 *
 * @throws IntegrationError of the signal
 */
export async function awaitFetcher(
  store: ResponseStore,
  id: string,
  awaited: FetchState,
  signal: AbortSignal,
): Promise<FetchEnd> {
  for (let delayMs = firstPauseMs; ; delayMs = Math.min(delayMs * 1.5, longestPauseMs)) {
    await pause({ delayMs, signals: [signal], failure: undefined });
    const seen = await store.peek(id);
    if (seen === unavailable) return 'failed';
    const end = fetchEnd(seen, awaited);
    if (end !== null) return end;
  }
}

function fetchEnd(seen: FetchState | null, awaited: FetchState): FetchEnd | null {
  if (seen?.fetcher !== awaited.fetcher) return 'over';
  if (seen.storedAt?.getTime() !== awaited.storedAt?.getTime()) return 'over';
  if (seen.fetchUntil === null) return 'failed';
  return seen.fetchUntil > seen.serverTime ? null : 'over';
}
