import type { StoredCircuit } from '../../schemas/integration-gate.js';
import type { CircuitOpenReason } from '../types/circuit.js';

/** A change of the counters of a stored circuit; paths begin at the gate. */
export interface CounterUpdate {
  readonly $inc?: Readonly<Record<string, number>>;
  readonly $set?: Readonly<Record<string, number>>;
  readonly $unset?: Readonly<Record<string, ''>>;
}

/** What one process counted of an integration's attempts, and has not told the others. */
export interface Tally {
  /** @returns Whether it is worth telling by now. */
  note(result: 'answered' | 'failed', known: StoredCircuit, serverNow: number): boolean;
  /** What there is to tell; null: nothing. It is forgotten here. */
  take(known: StoredCircuit, serverNow: number): CounterUpdate | null;
}

/** What opens a circuit. */
export interface CircuitStrategy {
  readonly reason: CircuitOpenReason;
  /** With fewer failures the circuit stays closed, whatever else was counted. */
  readonly fewestFailures: number;
  /** The failures that the counters speak of. */
  failuresIn(circuit: StoredCircuit, serverNow: number): number;
  /** Whether the counters say that the other API is down. */
  isReached(circuit: StoredCircuit, serverNow: number): boolean;
  createTally(): Tally;
}
