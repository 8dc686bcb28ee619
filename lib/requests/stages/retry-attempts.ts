import { Readable } from 'node:stream';
import { attemptSignal } from '../attempt-signal.js';
import type { Call } from '../call.js';
import type { CallGate } from '../call-gate.js';
import { nextDelay } from '../next-delay.js';
import { outerSignals } from '../outer-signals.js';
import { pause } from '../pause.js';
import { releaseResponse } from '../response-object.js';
import type { RetryPolicy } from '../retry-policy.js';
import type { Stage } from '../stage.js';

/**
 * Runs the rest of the pipeline once for each attempt, until one succeeds or the policy says stop; then the last
 * attempt's own error is thrown, or the failing response returned that its callback returned.
 *
 * @param gate Its signal ends calls when the instance stops.
 */
export function retryAttempts(policy: RetryPolicy, gate: CallGate): Stage {
  return async function retryAttempts(call, next) {
    let delayMs = 0;
    for (;;) {
      const settled = await settle(runAttempt(call, next, delayMs, gate));
      const signals = outerSignals(call, gate);
      const failure = call.failure?.error ?? settled.error;
      const decision = failure === null ? null : nextDelay(policy, call, failure, signals);
      if (decision === null) return settled.end();
      delayMs = decision;
      releaseResponse(call.returned);
      call.previousFailure = failure;
      await pause({ delayMs, signals, failure });
    }
  };
}

/** How an attempt ended, and the way to end the call like that. */
interface Settled {
  /** What was thrown; null: nothing. */
  readonly error: unknown;
  end(): unknown;
}

function settle(attempt: Promise<unknown>): Promise<Settled> {
  return attempt.then<Settled, Settled>(
    (value) => ({ error: null, end: () => value }),
    (error: unknown) => ({
      error,
      end: () => {
        throw error;
      },
    }),
  );
}

async function runAttempt(call: Call, next: () => Promise<unknown>, delayMs: number, gate: CallGate) {
  const attempt = attemptSignal({ remainingMs: call.remainingMs(), outer: outerSignals(call, gate) });
  const { stopTimer, release } = attempt;
  call.beginAttempt(delayMs, attempt);
  try {
    return await next();
  } finally {
    const body = call.response?.body;
    if (body instanceof Readable && !body.closed) {
      // It may take its time from here on, but whoever aborts the call ends it.
      stopTimer();
      body.once('close', release);
    } else {
      release();
    }
  }
}
