import type { ItemResult } from './item-acks.js';

/** What came of the items of a batch, until it is written. */
export interface ResultBuffer {
  /** Resolves when it is taken; null: it is, as nearly always. */
  add(result: ItemResult): Promise<void> | null;
  /** Writes what there is, and waits until everything is written. */
  flush(): Promise<void>;
  /** Writes what there is, and waits for nothing. */
  send(): void;
}

/** Results in one write: as many and those under way are repeated if the process dies. */
const mostResults = 50;
const mostInFlight = 3;

/** @param write Must not reject. */
export function createResultBuffer(write: (results: readonly ItemResult[]) => Promise<void>): ResultBuffer {
  const inFlight = new Set<Promise<void>>();
  let waiting: ItemResult[] = [];

  function send(): void {
    if (waiting.length === 0) return;
    const writing = write(waiting).finally(() => inFlight.delete(writing));
    waiting = [];
    inFlight.add(writing);
  }

  function take(result: ItemResult): void {
    if (waiting.push(result) >= mostResults && inFlight.size < mostInFlight) send();
  }

  async function addInTime(result: ItemResult): Promise<void> {
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
