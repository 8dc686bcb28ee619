import type { Types } from 'mongoose';
import type { RunningAttempt } from './attempt.js';

/** The attempts under way in one batch. */
export interface RunningAttempts {
  add(attempt: RunningAttempt): void;
  remove(attempt: RunningAttempt): void;
  /** Those that have been running for so long, each one once. */
  takeSlow(ms: number): readonly Types.ObjectId[];
  /** Has them come to an end: they may take that long, then nobody waits for them any more. */
  stop(reason: unknown, graceMs: number): void;
}

export function createRunningAttempts(): RunningAttempts {
  const running = new Set<RunningAttempt>();
  const shown = new WeakSet<RunningAttempt>();
  let graceOver: NodeJS.Timeout | undefined;
  return {
    add: (attempt) => void running.add(attempt),
    remove(attempt) {
      running.delete(attempt);
      if (running.size === 0) clearTimeout(graceOver);
    },
    takeSlow(ms) {
      const since = performance.now() - ms;
      const slow = [...running].filter((attempt) => attempt.startedAt <= since && !shown.has(attempt));
      for (const attempt of slow) shown.add(attempt);
      return slow.map(({ item }) => item._id);
    },
    stop(reason, graceMs) {
      if (running.size === 0) return;
      for (const attempt of running) attempt.abort(reason);
      graceOver = setTimeout(() => {
        for (const attempt of running) attempt.leave();
      }, graceMs);
    },
  };
}
