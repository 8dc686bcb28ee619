import type { Call } from '../call.js';
import type { Next, Stage } from '../stage.js';

/** What is remembered of writes that must happen at most once. */
export interface WriteLedger {
  /** The value of a call with an idempotency key: what `write` gives, or, for a repetition, what was kept of it. */
  once(call: Call, write: Next): Promise<unknown>;
}

/** One claim for all attempts of a call. Inside record-call: the result is kept before anything else is written. */
export function claimIdempotencyKey(ledger: WriteLedger): Stage {
  return function claimIdempotencyKey(call, next) {
    return call.idempotencyKey === null ? next() : ledger.once(call, next);
  };
}
