import type { Types } from 'mongoose';
import { IntegrationError } from '../../errors.js';
import type { RunningAttempt } from './attempt.js';

/** The attempts under way in one batch. What takes too long fails. */
export interface RunningAttempts {
  add(attempt: RunningAttempt): void;
  remove(attempt: RunningAttempt): void;
  /** Those that have been running for so long, each one once. */
  takeSlow(ms: number): readonly Types.ObjectId[];
  /** Has them come to an end: they may take that long, then nobody waits for them any more. */
  stop(reason: unknown, graceMs: number): void;
}

export function createRunningAttempts(timeoutMs: number): RunningAttempts {
  // In the order in which they began, and so in that of their deadlines.
  const running = new Set<RunningAttempt>();
  const shown = new WeakSet<RunningAttempt>();
  const deadlines = watchDeadlines(running, timeoutMs);
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

/** One timer for all: one for each would cost as much as all else of a quick attempt. */
function watchDeadlines(running: ReadonlySet<RunningAttempt>, timeoutMs: number) {
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

function timedOut(timeoutMs: number): IntegrationError {
  return new IntegrationError('SYNC_ITEM_TIMEOUT', `The attempt took longer than ${timeoutMs / 1_000} s.`, {
    details: { timeoutMs },
  });
}
