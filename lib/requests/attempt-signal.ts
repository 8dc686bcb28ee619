import { IntegrationError } from '../errors.js';
import { followSignals } from './follow-signals.js';
import { longestTimerMs } from './longest-timer.js';

export interface AttemptLimits {
  /** Longest time for the attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** What is left of the call's deadline, in milliseconds. */
  readonly remainingMs: number;
  /** What ends the whole call: the caller's signal and the instance's. */
  readonly outer: readonly AbortSignal[];
}

/** The signal of one attempt, and how to let go of it. */
export interface AttemptSignal {
  readonly signal: AbortSignal;
  /** Stops the timer; the outer signals still count. */
  stopTimer(): void;
  /** Stops the timer and leaves the outer signals. */
  release(): void;
}

/** A signal that is aborted, with the coded error as its reason, by time-out, deadline or one of the outer signals. */
export function attemptSignal({ timeoutMs, remainingMs, outer }: AttemptLimits): AttemptSignal {
  const controller = new AbortController();
  const timer = setTimeout(
    () => {
      controller.abort(timeoutMs < remainingMs ? timedOut(timeoutMs) : deadlineExceeded());
    },
    Math.max(0, Math.min(timeoutMs, remainingMs, longestTimerMs)),
  );
  const leave = followSignals(outer, (error) => {
    controller.abort(error);
  });
  const stopTimer = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
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
