import type { Stage } from '../stage.js';
import type { CircuitGuard } from './guard-circuit.js';

/** Refuses an attempt during whose wait for the rate limits the circuit has opened. */
export function confirmCircuit(guard: CircuitGuard): Stage {
  return function confirmCircuit(call, next) {
    const confirmed = guard.confirm(call);
    return confirmed === null ? next() : confirmed.then(next);
  };
}
