import { IntegrationError } from '../errors.js';
import { followSignals } from './follow-signals.js';
import { longestTimerMs } from './longest-timer.js';

export interface AttemptLimits {
  /** What is left of the call's deadline, in milliseconds. */
  readonly remainingMs: number;
  /** What ends the whole call: the caller's signal and the instance's. */
  readonly outer: readonly AbortSignal[];
}

/** The signal of one attempt, and how to let go of it. */
export interface AttemptSignal {
  readonly signal: AbortSignal;
  /** Begins the attempt's own time: what it waited for before, a rate limit say, does not count. */
  startTimeout(timeoutMs: number): void;
  /** No time-out and no deadline any more; the outer signals still count. */
  stopTimer(): void;
  /** Stops the timer and leaves the outer signals. */
  release(): void;
}

/** A signal that is aborted, with the coded error as its reason, by time-out, deadline or one of the outer signals. */
export function attemptSignal({ remainingMs, outer }: AttemptLimits): AttemptSignal {
  const controller = new AbortController();
  const deadline = performance.now() + remainingMs;
  let timer: NodeJS.Timeout | undefined;
  const stopTimer = (): void => clearTimeout(timer);
  const abortAfter = (ms: number, reason: () => IntegrationError): void => {
    stopTimer();
    timer = setTimeout(() => controller.abort(reason()), Math.max(0, Math.min(ms, longestTimerMs)));
  };
  abortAfter(remainingMs, deadlineExceeded);
  const leave = followSignals(outer, (error) => {
    controller.abort(error);
  });
  return {
    signal: controller.signal,
    startTimeout(timeoutMs) {
      // Whichever comes first is the only one that is ever due.
      if (performance.now() + timeoutMs < deadline) abortAfter(timeoutMs, () => timedOut(timeoutMs));
    },
    stopTimer,
    release() {
      stopTimer();
      leave();
    },
  };
}

function deadlineExceeded(): IntegrationError {
  return new IntegrationError('DEADLINE_EXCEEDED', 'The deadline of the call passed.');
}

function timedOut(timeoutMs: number): IntegrationError {
  return new IntegrationError('ATTEMPT_TIMEOUT', `The attempt took longer than ${String(timeoutMs)} ms.`, {
    details: { timeoutMs },
  });
}
