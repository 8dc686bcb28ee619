/** Settles like the promise, or resolves with `otherwise` when that takes longer than `ms` milliseconds. */
export function withinTime<T, U>(promise: Promise<T>, ms: number, otherwise: U): Promise<T | U> {
  return new Promise((resolve, reject) => {
    // Referenced on purpose: somebody awaits the answer.
    const timer = setTimeout(resolve, ms, otherwise);
    const inTime =
      <Outcome>(end: (outcome: Outcome) => void) =>
      (outcome: Outcome): void => {
        clearTimeout(timer);
        end(outcome);
      };
    promise.then(inTime(resolve), inTime(reject));
  });
}
