/** A bounded memory. */
export interface RecentValues<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/** Keeps at most `limit` values, and drops those that were not asked for the longest time. */
export function createRecentValues<Value>(limit: number): RecentValues<Value> {
  // A Map iterates in the order of insertion: the first is the oldest.
  const values = new Map<string, Value>();
  let newest: string | null = null;
  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined || key === newest) return value;
      values.delete(key);
      values.set(key, value);
      newest = key;
      return value;
    },
    set(key, value) {
      if (!values.has(key)) newest = key;
      values.set(key, value);
      if (values.size <= limit) return;
      // Not looked for otherwise: the way to it leads past all that was deleted lately.
      const [oldest] = values.keys();
      if (oldest !== undefined) values.delete(oldest);
    },
  };
}
