/** Has batches stored, two at once. */
export interface BatchSender<Batch> {
  send(batch: Batch): void;
  /** Whether another one can be sent now. */
  hasRoom(): boolean;
  /** Resolves when it can. Rejects, like the others, with what kept a batch from being stored. */
  room(): Promise<void>;
  /** Resolves when all are stored. */
  idle(): Promise<void>;
  assertWell(): void;
}

/** While one is stored the next one is filled, and a third waits until it is known where the first one ended. */
const mostInFlight = 2;

export function createBatchSender<Batch>(store: (batch: Batch) => Promise<void>): BatchSender<Batch> {
  const inFlight = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;

  function assertWell(): void {
    if (failure !== null) throw failure.error;
  }

  return {
    assertWell,
    send(batch) {
      const storing = store(batch)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => inFlight.delete(storing));
      inFlight.add(storing);
    },
    hasRoom: () => failure === null && inFlight.size < mostInFlight,
    async room() {
      while (failure === null && inFlight.size >= mostInFlight) await Promise.race(inFlight);
      assertWell();
    },
    async idle() {
      // With all of them, although one has failed: nothing may be stored behind the caller's back.
      while (inFlight.size > 0) await Promise.all(inFlight);
      assertWell();
    },
  };
}
