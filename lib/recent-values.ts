/** A bounded memory. */
export interface RecentValues<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/** Keeps at most `limit` values, and drops those that were not asked for the longest time. */
export function createRecentValues<Value>(limit: number): RecentValues<Value> {
  // A Map iterates in the order of insertion: the first is the oldest.
  const values = new Map<string, Value>();
  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set(key, value) {
      values.set(key, value);
      const [oldest] = values.keys();
      if (values.size > limit && oldest !== undefined) values.delete(oldest);
    },
  };
}
