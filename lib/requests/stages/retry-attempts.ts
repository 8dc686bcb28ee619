import { Readable } from 'node:stream';
import { attemptSignal } from '../attempt-signal.js';
import type { Call } from '../call.js';
import type { CallGate } from '../call-gate.js';
import { nextDelay } from '../next-delay.js';
import { pause } from '../pause.js';
import type { RetryPolicy } from '../retry-policy.js';
import type { Stage } from '../stage.js';

/**
 * Runs the rest of the pipeline once for each attempt, until one succeeds or the policy says stop; then the last
 * attempt's own error is thrown.
 *
 * @param gate Its signal ends calls when the instance stops.
 */
export function retryAttempts(policy: RetryPolicy, gate: CallGate): Stage {
  return async function retryAttempts(call, next) {
    let delayMs = 0;
    for (;;) {
      try {
        return await runAttempt(call, next, delayMs, gate);
      } catch (error) {
        const signals = outerSignals(call, gate);
        const decision = nextDelay(policy, call, error, signals);
        if (decision === null) throw error;
        delayMs = decision;
        await pause({ delayMs, signals, failure: error });
      }
    }
  };
}

async function runAttempt(call: Call, next: () => Promise<unknown>, delayMs: number, gate: CallGate) {
  const { timeoutMs } = call.limits;
  const outer = outerSignals(call, gate);
  const { signal, stopTimer, release } = attemptSignal({ timeoutMs, remainingMs: call.remainingMs(), outer });
  call.beginAttempt(delayMs, signal);
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

function outerSignals(call: Call, gate: CallGate): AbortSignal[] {
  const { signal } = call.spec.options;
  return signal === undefined ? [gate.signal] : [signal, gate.signal];
}
