import type { Stage } from '../stage.js';
import type { CircuitGuard } from './guard-circuit.js';

/** Refuses an attempt during whose wait for the rate limits the circuit has opened. */
export function confirmCircuit(guard: CircuitGuard): Stage {
  return async function confirmCircuit(call, next) {
    await guard.confirm(call);
    return next();
  };
}
