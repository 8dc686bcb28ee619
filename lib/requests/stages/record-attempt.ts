import type { RequestAttempt, StoredError } from '../../../schemas/integration-request.js';
import { classifyFailure, classifyStatus } from '../../failures/classify-failure.js';
import { property } from '../../failures/cause-chain.js';
import { statusCodeOf } from '../../failures/status-code.js';
import type { Call } from '../call.js';
import type { Stage } from '../stage.js';

/** Makes the stored form of an error: redacted and cut. */
export type ErrorRecorder = (error: unknown, knownSecrets: readonly string[]) => StoredError;

/** Keeps a subdocument for the attempt: when, how long, with what outcome. */
export function recordAttempt(toStoredError: ErrorRecorder): Stage {
  return async function recordAttempt(call, next) {
    const startedAt = new Date();
    const clock = performance.now();
    const record = (outcome: Pick<RequestAttempt, 'statusCode' | 'error' | 'failureClass'>): void => {
      call.attempts.push({
        number: call.attempt,
        startedAt,
        durationMs: Math.round(performance.now() - clock),
        providerRequestId: call.responseMetadata.providerRequestId ?? null,
        delayBeforeMs: call.delayBeforeMs,
        ...outcome,
      });
    };
    try {
      const value = await next();
      // An SDK may return the answer to a failed request instead of throwing.
      const statusCode = answeredStatus(call);
      record({ statusCode, error: null, failureClass: classifyStatus(statusCode) });
      return value;
    } catch (error) {
      record({
        statusCode: statusCodeOf(error) ?? answeredStatus(call),
        error: toStoredError(error, call.knownSecrets),
        failureClass: classifyFailure(error, call.providerDefinition),
      });
      throw error;
    }
  };
}

/** The status of the answer, as received, reported, or found on the SDK's response object. */
function answeredStatus(call: Call): number | null {
  const reported = call.response?.statusCode ?? call.responseMetadata.statusCode;
  return reported ?? statusOfReturned(call.returned);
}

/** Response objects (fetch, axios, octokit) have a status and headers; a mere `status` field is the host's data. */
function statusOfReturned(returned: unknown): number | null {
  const status = property(returned, 'status');
  return typeof status === 'number' && property(returned, 'headers') !== undefined ? status : null;
}
