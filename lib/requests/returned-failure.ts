import { HttpResponseError } from '../errors.js';
import { judgeFailure, classifyStatus } from '../failures/classify-failure.js';
import type { AttemptFailure } from './attempt-failure.js';
import type { Call } from './call.js';
import { bodyOfResponse, responseStatus } from './response-object.js';

/** The status of the answer to an attempt, as received, reported, or found on the response object of an SDK. */
export function answeredStatus({ response, responseMetadata, returned }: Call): number | null {
  return response?.statusCode ?? responseMetadata.statusCode ?? responseStatus(returned);
}

/** The failure that a callback returned instead of throwing it: a response of 400 and above. Null: it returned none. */
export function returnedFailure(call: Call): AttemptFailure | null {
  const statusCode = answeredStatus(call);
  if (statusCode === null || classifyStatus(statusCode) === null) return null;
  const isResponse = responseStatus(call.returned) === statusCode;
  const message = isResponse
    ? `The callback returned a response with status ${String(statusCode)}.`
    : `The callback reported the status ${String(statusCode)}.`;
  const subject = isResponse ? call.returned : { statusCode };
  return {
    error: new HttpResponseError(message, { statusCode, headers: {}, body: bodyOfResponse(call.returned) }),
    subject,
    verdict: judgeFailure(subject, call.providerDefinition),
  };
}
