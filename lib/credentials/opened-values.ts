/** A sealed value, opened. */
export interface OpenedValue {
  /** The record and field that it is sealed for. */
  readonly binding: string;
  /** JSON: parsed anew for every reader, so that none can change what the others get. */
  readonly json: string;
  readonly secrets: readonly string[];
}

/** The values opened last, by ciphertext: no two are equal, because each has an IV of its own. */
export interface OpenedValues {
  get(sealed: string): OpenedValue | undefined;
  set(sealed: string, opened: OpenedValue): void;
}

/** Keeps at most `limit` values, and drops those that were not asked for the longest time. */
export function createOpenedValues(limit: number): OpenedValues {
  // A Map iterates in the order of insertion: the first is the oldest.
  const values = new Map<string, OpenedValue>();
  return {
    get(sealed) {
      const opened = values.get(sealed);
      if (opened === undefined) return undefined;
      values.delete(sealed);
      values.set(sealed, opened);
      return opened;
    },
    set(sealed, opened) {
      values.set(sealed, opened);
      const [oldest] = values.keys();
      if (values.size > limit && oldest !== undefined) values.delete(oldest);
    },
  };
}
