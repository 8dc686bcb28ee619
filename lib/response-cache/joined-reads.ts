/**
 * Reads one key once at a time: who asks while it is being read shares the next read with all who ask until that
 * begins. What was there when somebody asked is thus always in what he gets.
 *
 * @param read Must not reject.
 */
export function createJoinedReads<Value>(read: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const running = new Map<string, Promise<Value>>();
  const next = new Map<string, Promise<Value>>();

  function begin(key: string): Promise<Value> {
    const reading = read(key).finally(() => {
      if (running.get(key) === reading) running.delete(key);
    });
    running.set(key, reading);
    return reading;
  }

  return function joined(key) {
    const current = running.get(key);
    if (current === undefined) return begin(key);
    const known = next.get(key);
    if (known !== undefined) return known;
    const waiting = current.then(() => {
      next.delete(key);
      return begin(key);
    });
    next.set(key, waiting);
    return waiting;
  };
}
