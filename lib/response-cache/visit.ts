import type { Call } from '../requests/call.js';
import type { Next } from '../requests/stage.js';
import type { CachePlan } from './cache-plan.js';
import type { StoredResponse } from './stored-response.js';

/** A call on its way through the cache. */
export interface Visit {
  readonly call: Call;
  /** Makes the call. */
  readonly fetch: Next;
  readonly plan: CachePlan;
  /** Aborted when the call must end: by its deadline, its signal or the instance's. */
  readonly signal: AbortSignal;
  /** What is remembered, as far as it is known by now; null: nothing. */
  known: StoredResponse | null;
  /** The database is away: nothing is known, and nothing can be kept. */
  isBlind: boolean;
  /** Whether the call waits for the fetches of other processes. */
  waitsForOthers: boolean;
}
