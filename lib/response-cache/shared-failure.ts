import { isIntegrationError } from '../errors.js';
import type { Call } from '../requests/call.js';

/**
 * Would a call that waited for another one's fetch have failed like it? Not where that one ended by its own signal or
 * deadline, was less patient, or went by another idempotency key.
 */
export function isSharedFailure(leader: Call, follower: Call, error: unknown): boolean {
  if (isIntegrationError(error, 'CALL_ABORTED') || isIntegrationError(error, 'DEADLINE_EXCEEDED')) return false;
  if (leader.spec.options.signal?.aborted === true || leader.remainingMs() <= 0) return false;
  return (
    leader.limits.maxAttempts === follower.limits.maxAttempts &&
    leader.limits.timeoutMs === follower.limits.timeoutMs &&
    leader.limits.maxResponseBytes === follower.limits.maxResponseBytes &&
    leader.spec.options.maxWaitSeconds === follower.spec.options.maxWaitSeconds &&
    leader.spec.options.priority === follower.spec.options.priority &&
    leader.idempotencyKey === follower.idempotencyKey
  );
}
