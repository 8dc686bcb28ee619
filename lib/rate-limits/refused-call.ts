import { IntegrationError, isIntegrationError, RateLimitExceededError } from '../errors.js';
import type { Call } from '../requests/call.js';
import type { LaneRefusal } from './lane-answer.js';

/** The error for a call that gets no token. What its last attempt failed with is kept as the cause. */
export function refusedCall({ retryAfterMs, failure }: LaneRefusal, call: Call): IntegrationError {
  const integrationId = call.integrationId.toHexString();
  if (retryAfterMs === null) {
    return new IntegrationError('DATABASE_UNAVAILABLE', 'The rate limits are not known: the call was not sent.', {
      cause: call.previousFailure ?? failure,
      details: { integrationId },
    });
  }
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new RateLimitExceededError({ integrationId, retryAfterSeconds, cause: call.previousFailure });
}

/** The error of a wait that was ended: it must not hide what the call is retried for. */
export function endedWait(error: unknown, { previousFailure }: Call): unknown {
  if (previousFailure === undefined || !isIntegrationError(error)) return error;
  return new IntegrationError(error.code, error.message, { cause: previousFailure, details: error.details });
}
