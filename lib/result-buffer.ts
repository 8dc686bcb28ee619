/** What came of work, until it is written. */
export interface ResultBuffer<Result> {
  /** Resolves when it is taken; null: it is, as nearly always. */
  add(result: Result): Promise<void> | null;
  /** Writes what there is, and waits until everything is written. */
  flush(): Promise<void>;
  /** Writes what there is, and waits for nothing. */
  send(): void;
}

/** Results in one write: as many and those under way are repeated if the process dies. */
const mostResults = 50;
const mostInFlight = 3;

/** @param write Must not reject. */
export function createResultBuffer<Result>(write: (results: readonly Result[]) => Promise<void>): ResultBuffer<Result> {
  const inFlight = new Set<Promise<void>>();
  let waiting: Result[] = [];

  function send(): void {
    if (waiting.length === 0) return;
    const writing = write(waiting).finally(() => inFlight.delete(writing));
    waiting = [];
    inFlight.add(writing);
  }

  function take(result: Result): void {
    if (waiting.push(result) >= mostResults && inFlight.size < mostInFlight) send();
  }

  async function addInTime(result: Result): Promise<void> {
    while (waiting.length >= mostResults) {
      if (inFlight.size < mostInFlight) send();
      else await Promise.race(inFlight);
    }
    take(result);
  }

  return {
    send,
    add(result) {
      if (waiting.length >= mostResults) return addInTime(result);
      take(result);
      return null;
    },
    async flush() {
      while (waiting.length > 0 || inFlight.size > 0) {
        send();
        await Promise.all(inFlight);
      }
    },
  };
}
