/** An attempt under way, as far as its time is concerned. */
export interface TimedAttempt {
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** Tells whoever makes the attempt to come to an end. Absent: he cannot be told. */
  abort?(reason: unknown): void;
  /** Fails it with this error, whatever comes of it. */
  fail(error: unknown): void;
  /** Waits no longer for it. */
  leave(): void;
}

/** The attempts under way. What takes too long fails. */
export interface RunningAttempts<Attempt extends TimedAttempt> {
  add(attempt: Attempt): void;
  remove(attempt: Attempt): void;
  /** Those that have been running for so long, each one once. */
  takeSlow(ms: number): readonly Attempt[];
  /** Has them come to an end: they may take that long, then nobody waits for them any more. */
  stop(reason: unknown, graceMs: number): void;
}

/** @param timedOut What an attempt fails with that takes so long. */
export function createRunningAttempts<Attempt extends TimedAttempt>(
  timeoutMs: number,
  timedOut: (timeoutMs: number) => Error,
): RunningAttempts<Attempt> {
  // In the order in which they began, and so in that of their deadlines.
  const running = new Set<Attempt>();
  const shown = new WeakSet<Attempt>();
  const deadlines = watchDeadlines(running, timeoutMs, timedOut);
  let graceOver: NodeJS.Timeout | undefined;
  return {
    add(attempt) {
      running.add(attempt);
      deadlines.watch();
    },
    remove(attempt) {
      running.delete(attempt);
      if (running.size > 0) return;
      clearTimeout(graceOver);
      deadlines.rest();
    },
    takeSlow(ms) {
      const since = performance.now() - ms;
      const slow = [...running].filter((attempt) => attempt.startedAt <= since && !shown.has(attempt));
      for (const attempt of slow) shown.add(attempt);
      return slow;
    },
    stop(reason, graceMs) {
      if (running.size === 0) return;
      for (const attempt of running) attempt.abort?.(reason);
      graceOver = setTimeout(() => {
        for (const attempt of running) attempt.leave();
      }, graceMs);
    },
  };
}

/** One timer for all: one for each would cost as much as all else of a quick attempt. */
function watchDeadlines(running: ReadonlySet<TimedAttempt>, timeoutMs: number, timedOut: (timeoutMs: number) => Error) {
  let timer: NodeJS.Timeout | undefined;

  function failLate(): void {
    timer = undefined;
    const now = performance.now();
    for (const attempt of running) {
      const leftMs = attempt.startedAt + timeoutMs - now;
      if (leftMs > 0) {
        timer = setTimeout(failLate, leftMs);
        return;
      }
      attempt.fail(timedOut(timeoutMs));
    }
  }

  return {
    watch: () => (timer ??= setTimeout(failLate, timeoutMs)),
    rest() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
