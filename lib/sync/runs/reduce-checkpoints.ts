import { IntegrationError } from '../../errors.js';
import { compareCheckpoints, isCheckpoint } from './compare-checkpoints.js';

/** Makes the next cursor of checkpoint values. */
export type CheckpointReducer = (values: readonly unknown[]) => unknown;

// Symbol.for, because a provider may be built against another copy of this package.
const foldableMark = Symbol.for('express-integrations.foldable');
const maxMark = Symbol.for('express-integrations.max');

/**
 * Marks a reducer that gives the same for all values at once as for its own result followed by further values: it is
 * then called with some 10,000 values at a time, so that a run of any size needs no memory. A maximum, a union and a
 * sum are such; an average is not.
 */
export function foldable(reducer: CheckpointReducer): CheckpointReducer {
  return Object.assign((values: readonly unknown[]) => reducer(values), { [foldableMark]: true });
}

export function isFoldable(reducer: CheckpointReducer): boolean {
  return foldableMark in reducer;
}

/** Whether the reducer is {@link reduceCheckpointsByMax}, which needs but the greatest value of each type. */
export function isMax(reducer: CheckpointReducer): boolean {
  return maxMark in reducer;
}

/**
 * The greatest checkpoint value, for `reduceCheckpoints`: of numbers, of dates, or of texts, which are compared
 * character by character, as fits time stamps of ISO 8601 and ids of one length. The database finds it.
 *
 * @throws IntegrationError `SYNC_CHECKPOINTS_INVALID` for values of several types, and for other ones.
 */
export const reduceCheckpointsByMax: CheckpointReducer = Object.assign(greatestOf, {
  [foldableMark]: true,
  [maxMark]: true,
});

function greatestOf(values: readonly unknown[]): unknown {
  let greatest: unknown = null;
  for (const value of values) {
    if (!isCheckpoint(value)) throw invalid(`a value of type ${typeName(value)}`);
    if (greatest === null) {
      greatest = value;
      continue;
    }
    const order = compareCheckpoints(value, greatest);
    if (order === null) throw invalid(`values of several types: ${typeName(greatest)} and ${typeName(value)}`);
    if (order > 0) greatest = value;
  }
  return greatest;
}

function invalid(what: string): IntegrationError {
  return new IntegrationError(
    'SYNC_CHECKPOINTS_INVALID',
    `reduceCheckpointsByMax compares texts, numbers or dates, and was given ${what}.`,
  );
}

function typeName(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : 'Date';
  return value === null ? 'null' : Number.isNaN(value) ? 'NaN' : typeof value;
}
