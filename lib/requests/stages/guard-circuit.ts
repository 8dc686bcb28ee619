import { attemptResult, type AttemptResult } from '../attempt-result.js';
import type { Call } from '../call.js';
import type { Stage } from '../stage.js';

/** Lets an attempt through or refuses it. */
export interface CircuitGuard {
  /** @throws CircuitOpenError where the circuit is open, and the attempt not the one that may probe. */
  admit(call: Call): Promise<CircuitPass>;
  /**
   * Asked once more when the attempt is about to be sent: it may have waited since, and must not reach an API that is
   * known to be down by now.
   *
   * @returns Null where there is no need to ask.
   * @throws CircuitOpenError
   */
  confirm(call: Call): Promise<void> | null;
}

/** An attempt that was let through. */
export interface CircuitPass {
  /** Tells what came of it, once; never rejects. Awaited only where the state may change by it. */
  settle(result: AttemptResult): Promise<void>;
}

/** Refuses attempts while the other API is down, and tells the circuit what became of the others. */
export function guardCircuit(guard: CircuitGuard): Stage {
  return async function guardCircuit(call, next) {
    const pass = await guard.admit(call);
    try {
      return await next();
    } finally {
      await pass.settle(attemptResult(call));
    }
  };
}
