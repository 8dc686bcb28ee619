import type { StoredCircuit } from '../../schemas/integration-gate.js';
import type { EffectiveCircuitState, ForcedCircuitState } from '../types/circuit.js';

/** A circuit that nothing has happened to. */
export const initialCircuit: StoredCircuit = {
  state: 'closed',
  epoch: 0,
  b: {},
  fails: 0,
  openedAt: null,
  openUntil: null,
  probe: null,
  probeUntil: null,
  forced: null,
};

/**
 * What becomes of an attempt:
 *
 * - `count`: it may go on, and its result counts
 * - `pass`: it may go on; an operator wants nothing counted
 * - `probe`: it may go on if no other one does
 * - `refuse`: it may not
 */
export type Verdict = 'count' | 'pass' | 'probe' | 'refuse';

/** @param now The server's clock, in milliseconds. */
export function verdictOn(circuit: StoredCircuit, now: number): Verdict {
  const forced = forcedState(circuit, now);
  if (forced !== null) return forced === 'open' ? 'refuse' : 'pass';
  if (circuit.state === 'closed') return 'count';
  const until = circuit.state === 'open' ? circuit.openUntil : circuit.probeUntil;
  return isPast(until, now) ? 'probe' : 'refuse';
}

/** What an operator has set and what has not expired; null: nothing. */
export function forcedState({ forced }: StoredCircuit, now: number): ForcedCircuitState | null {
  return forced === null || isExpired(forced, now) ? null : forced.state;
}

/** Whether what an operator had set holds no longer, and nobody has taken note yet. */
export function isForceOver({ forced }: StoredCircuit, now: number): boolean {
  return forced !== null && isExpired(forced, now);
}

/** What calls meet: the operator's word, or the circuit's own state. */
export function effectiveState(circuit: StoredCircuit, now: number): EffectiveCircuitState {
  return forcedState(circuit, now) ?? circuit.state;
}

/** Whether calls are refused in such a state: what listeners are told of is a change of that. */
export function isRefusing(state: EffectiveCircuitState): boolean {
  return state === 'open' || state === 'halfOpen';
}

/** A probe that is under way may be over at any moment. */
const probePatienceMs = 1_000;

/** When it may be worth trying again, in milliseconds from now; 0 where calls are not refused. */
export function retryAfterMs(circuit: StoredCircuit, now: number, cooldownMs: number): number {
  const forced = forcedState(circuit, now);
  if (forced === 'open') return remaining(circuit.forced?.until ?? null, now) ?? cooldownMs;
  if (forced !== null || circuit.state === 'closed') return 0;
  if (circuit.state === 'open') return remaining(circuit.openUntil, now) ?? 0;
  return Math.min(probePatienceMs, remaining(circuit.probeUntil, now) ?? 0);
}

function isExpired({ until }: { readonly until: Date | null }, now: number): boolean {
  return until !== null && isPast(until, now);
}

function isPast(until: Date | null, now: number): boolean {
  return until === null || until.getTime() <= now;
}

function remaining(until: Date | null, now: number): number | null {
  return until === null ? null : Math.max(0, until.getTime() - now);
}
