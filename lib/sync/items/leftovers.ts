import type { Types } from 'mongoose';

/** What is left of a batch while it is worked on. */
export interface Leftovers {
  /** The item has begun to run. */
  begin(id: Types.ObjectId): void;
  /** The item is over. */
  settle(id: Types.ObjectId): void;
  /** The item is not to run before then, in milliseconds since the epoch by the server's clock. */
  postpone(id: Types.ObjectId, until: number): void;
  /** Takes out the items that could run at once, and have not begun to. */
  takeUntouched(): readonly Types.ObjectId[];
  ids(): Types.ObjectId[];
  /** When the first of them may run. */
  dueAt(): number;
}

interface Leftover {
  readonly id: Types.ObjectId;
  at: number;
  isTouched: boolean;
}

export function createLeftovers(ids: readonly Types.ObjectId[]): Leftovers {
  const left = new Map<string, Leftover>(ids.map((id) => [id.toHexString(), { id, at: 0, isTouched: false }]));

  function touch(id: Types.ObjectId, at: number): void {
    const leftover = left.get(id.toHexString());
    if (leftover === undefined) return;
    leftover.at = at;
    leftover.isTouched = true;
  }

  return {
    begin: (id) => touch(id, 0),
    settle: (id) => void left.delete(id.toHexString()),
    postpone: touch,
    takeUntouched() {
      const untouched = [...left].filter(([, { isTouched }]) => !isTouched);
      for (const [key] of untouched) left.delete(key);
      return untouched.map(([, { id }]) => id);
    },
    ids: () => [...left.values()].map(({ id }) => id),
    dueAt: () => Math.min(...[...left.values()].map(({ at }) => at)),
  };
}
