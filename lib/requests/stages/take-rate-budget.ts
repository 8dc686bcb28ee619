import { attemptEnd, type AttemptEnd } from '../attempt-result.js';
import type { Call } from '../call.js';
import type { Stage } from '../stage.js';

/** The rate limits that an attempt falls under. */
export interface RateBudget {
  /**
   * Waits until all of them allow one more attempt.
   *
   * @throws RateLimitExceededError where that takes too long, and the reason of the call's signal.
   */
  take(call: Call): Promise<RateToken>;
}

/** One attempt that the limits allowed. */
export interface RateToken {
  /** Called once, when the attempt is over. */
  release(end: AttemptEnd): void;
  /** Holds further attempts back where the answer asks for it; never rejects. */
  heed(call: Call): Promise<void>;
}

/** One token for each attempt. */
export function takeRateBudget(budget: RateBudget): Stage {
  return async function takeRateBudget(call, next) {
    const token = await budget.take(call);
    try {
      return await next();
    } finally {
      token.release(attemptEnd(call));
      await token.heed(call);
    }
  };
}
