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
  /** Stops the timers; the outer signals still count. */
  stopTimers(): void;
  /** Stops the timers and leaves the outer signals. */
  release(): void;
}

/** A signal that is aborted, with the coded error as its reason, by time-out, deadline or one of the outer signals. */
export function attemptSignal({ remainingMs, outer }: AttemptLimits): AttemptSignal {
  const controller = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const abortAfter = (ms: number, reason: () => IntegrationError): void => {
    timers.push(setTimeout(() => controller.abort(reason()), Math.max(0, Math.min(ms, longestTimerMs))));
  };
  const stopTimers = (): void => timers.splice(0).forEach(clearTimeout);
  abortAfter(remainingMs, deadlineExceeded);
  const leave = followSignals(outer, (error) => {
    controller.abort(error);
  });
  return {
    signal: controller.signal,
    startTimeout(timeoutMs) {
      abortAfter(timeoutMs, () => timedOut(timeoutMs));
    },
    stopTimers,
    release() {
      stopTimers();
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
