import { setTimeout as sleep } from 'node:timers/promises';
import { IntegrationError } from '../errors.js';
import { followSignals } from './follow-signals.js';
import { longestTimerMs } from './longest-timer.js';

export interface PauseOptions {
  readonly delayMs: number;
  /** What ends the wait early. */
  readonly signals: readonly AbortSignal[];
  /** What is about to be retried: it must not get lost when the wait ends early. */
  readonly failure: unknown;
}

/**
 * Waits before the next attempt; not at all for a delay of 0.
 *
 * @throws IntegrationError of the signal that ended the wait (`CALL_ABORTED`, `INSTANCE_STOPPED`), with the failure as
 *   its cause.
 */
export async function pause({ delayMs, signals, failure }: PauseOptions): Promise<void> {
  const controller = new AbortController();
  const leave = followSignals(signals, (error) => {
    // A new error, because calls side by side share the reason of the signal.
    controller.abort(new IntegrationError(error.code, error.message, { cause: failure, details: error.details }));
  });
  try {
    controller.signal.throwIfAborted();
    if (delayMs > 0) await sleep(Math.min(delayMs, longestTimerMs), undefined, { signal: controller.signal });
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    leave();
  }
}
