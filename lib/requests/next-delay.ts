import { isIntegrationError } from '../errors.js';
import type { Call } from './call.js';
import type { RetryPolicy } from './retry-policy.js';

/**
 * Milliseconds to wait before the next attempt of a call; null: the error of the last one stands. A wait that the
 * deadline does not allow is not begun.
 *
 * @param outer What ends the whole call when it is aborted.
 */
export function nextDelay(
  policy: RetryPolicy,
  call: Call,
  error: unknown,
  outer: readonly AbortSignal[],
): number | null {
  // Nobody waits for another attempt, whatever the policy or the provider thinks of the error.
  if (isOver(call, outer)) return null;
  if (call.claim?.mayRetry() === false) return null;
  const delayMs = policy.decide({
    // As it was judged when the attempt ended; one that was refused before it began was not.
    error: call.failure?.subject ?? error,
    ...(call.failure !== null && { verdict: call.failure.verdict }),
    attempt: call.attempt - call.renewals,
    maxAttempts: call.maxAttempts,
    provider: call.providerDefinition,
    reported: call.responseMetadata,
  });
  return delayMs === null || delayMs >= call.remainingMs() ? null : delayMs;
}

/** By the signal, because a timer may fire a moment before the clock says that the deadline has passed. */
function isOver(call: Call, outer: readonly AbortSignal[]): boolean {
  return outer.some((signal) => signal.aborted) || isIntegrationError(call.signal.reason, 'DEADLINE_EXCEEDED');
}
