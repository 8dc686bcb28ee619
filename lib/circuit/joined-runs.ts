/**
 * Runs the work once at a time: who asks while it runs shares the next run with all who ask until that begins. What was
 * there when somebody asked is thus always seen by the run that he waits for.
 *
 * @param work Must not reject.
 */
export function createJoinedRuns(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  return function run(): Promise<void> {
    if (running === null) {
      running = work().finally(() => {
        running = null;
      });
      return running;
    }
    next ??= running.then(() => {
      next = null;
      return run();
    });
    return next;
  };
}
