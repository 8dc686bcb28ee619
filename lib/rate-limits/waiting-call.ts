import { longestTimerMs } from '../requests/longest-timer.js';
import type { Waiter } from './wait-queue.js';

/** What a call asks of a lane. */
export interface TakeRequest extends Waiter {
  /** Ends the wait with its reason. */
  readonly signal: AbortSignal;
}

/** A call in the queue of a lane. */
export interface WaitingCall<Answer> extends TakeRequest {
  /** Monotonic. */
  readonly since: number;
  /** What it waits for; rejects with the reason of the signal. */
  readonly answered: Promise<Answer>;
  /** Ends the wait. */
  answer(answer: Answer): void;
  /** Asks to be told of the deadline once more, then. */
  remindAt(instant: number): void;
}

export interface WaitingCallHooks<Answer> {
  /** The deadline has come, and nobody has answered. */
  onDeadline(call: WaitingCall<Answer>): void;
  /** It waits no longer. */
  onOver(call: WaitingCall<Answer>): void;
}

/** Begins to wait, under a signal that is not aborted yet. */
export function waitingCall<Answer>(request: TakeRequest, hooks: WaitingCallHooks<Answer>): WaitingCall<Answer> {
  const { signal } = request;
  const { promise, resolve, reject } = withResolvers<Answer>();
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    hooks.onOver(call);
  };
  const abort = (): void => {
    end();
    reject(signal.reason);
  };
  const call: WaitingCall<Answer> = {
    ...request,
    since: performance.now(),
    answered: promise,
    answer(answer) {
      end();
      resolve(answer);
    },
    remindAt(instant) {
      clearTimeout(timer);
      const delayMs = Math.min(longestTimerMs, Math.max(0, instant - performance.now()));
      // Referenced on purpose: somebody awaits the answer.
      timer = setTimeout(() => hooks.onDeadline(call), delayMs);
    },
  };
  signal.addEventListener('abort', abort, { once: true });
  call.remindAt(request.deadline);
  return call;
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}
