import type { CheckpointLimit, CheckpointValues } from '../../sync/runs/checkpoint-values.js';
import { compareCheckpoints, isCheckpoint } from '../../sync/runs/compare-checkpoints.js';

/** What there is to know of a captured item. */
interface CapturedValue {
  readonly checkpointValue: unknown;
  readonly isFailed: boolean;
}

/** The checkpoint values of captured items, in order of dispatch: what the database tells of stored ones. */
export function valuesOf(items: readonly CapturedValue[]): CheckpointValues {
  const resolved = ({ sequence, checkpointValue }: CheckpointLimit): unknown[] =>
    items
      .filter(({ isFailed }, index) => !isFailed && (sequence === undefined || index < sequence.$lt))
      .map((item) => item.checkpointValue)
      .filter((value) => value !== null && isBelow(value, checkpointValue?.$lt));
  return {
    async *resolved(_runId, limit) {
      const values = resolved(limit);
      if (values.length > 0) yield Promise.resolve(values);
    },
    greatest: async (_runId, limit) => Promise.resolve(resolved(limit)),
    async beforeUnresolved() {
      const first = items.findIndex(({ isFailed }) => isFailed);
      if (first === -1) return Promise.resolve({});
      const least = leastOf(items.filter(({ isFailed }) => isFailed).map(({ checkpointValue }) => checkpointValue));
      return { sequence: { $lt: first }, ...(least !== null && { checkpointValue: { $lt: least } }) };
    },
  };
}

function isBelow(value: unknown, limit: unknown): boolean {
  return limit === undefined || (compareCheckpoints(value, limit) ?? 0) < 0;
}

function leastOf(values: readonly unknown[]): unknown {
  const comparable = values.filter(isCheckpoint);
  return comparable.toSorted((one, other) => compareCheckpoints(one, other) ?? 0)[0] ?? null;
}
