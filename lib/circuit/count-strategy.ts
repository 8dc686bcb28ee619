import type { CircuitStrategy, Tally } from './circuit-strategy.js';

export interface CountSettings {
  /** Failed attempts in a row that open the circuit. */
  readonly failureCount: number;
}

/** Opens after a number of failures in a row, of all processes together. */
export function countStrategy({ failureCount }: CountSettings): CircuitStrategy {
  return {
    reason: 'failureCount',
    fewestFailures: failureCount,
    failuresIn: ({ fails }) => fails,
    isReached: ({ fails }) => fails >= failureCount,
    createTally,
  };
}

/** An answer ends a row of failures, and is worth a write only where there may be one. */
function createTally(): Tally {
  let failures = 0;
  let isInterrupted = false;
  // Between a failure and the next answer, whether the failure was told by now or not.
  let isInRow = false;
  return {
    note(result, { fails }) {
      if (result === 'failed') {
        failures += 1;
        isInRow = true;
        return true;
      }
      if (!isInRow && fails === 0) return false;
      failures = 0;
      isInterrupted = true;
      isInRow = false;
      return true;
    },
    take() {
      if (failures === 0 && !isInterrupted) return null;
      const update = isInterrupted ? { $set: { 'circuit.fails': failures } } : { $inc: { 'circuit.fails': failures } };
      failures = 0;
      isInterrupted = false;
      return update;
    },
  };
}
