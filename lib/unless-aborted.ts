/** Waits for the work, but not beyond the signal: when it is aborted, its reason is thrown, whatever the work does. */
export function unlessAborted<T>(signal: AbortSignal, work: () => T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = (): void => reject(signal.reason as Error);
    // Before the work begins: it may be what aborts the signal.
    signal.addEventListener('abort', abort, { once: true });
    const leavingBy =
      <Outcome>(end: (outcome: Outcome) => void) =>
      (outcome: Outcome): void => {
        signal.removeEventListener('abort', abort);
        end(outcome);
      };
    void begin(work).then(leavingBy(resolve), leavingBy(reject));
  });
}

/** Also where it throws at once. */
async function begin<T>(work: () => T | PromiseLike<T>): Promise<T> {
  return work();
}
