import type { RequestAttempt, StoredError } from '../../../schemas/integration-request.js';
import { isIntegrationError } from '../../errors.js';
import { property } from '../../failures/cause-chain.js';
import { classNameOf } from '../../failures/class-name.js';
import { judgeFailure } from '../../failures/classify-failure.js';
import { cutText } from '../../request-log/cut-text.js';
import type { AttemptFailure } from '../attempt-failure.js';
import { answeredMetadata } from '../answered-metadata.js';
import type { Call } from '../call.js';
import { answeredStatus, returnedFailure } from '../returned-failure.js';
import type { Stage } from '../stage.js';

/** Makes the stored form of an error: redacted and cut. */
export type ErrorRecorder = (error: unknown, knownSecrets: readonly string[]) => StoredError;

const maxClassLength = 200;

type Outcome = Pick<RequestAttempt, 'statusCode' | 'error' | 'failureClass'>;

/**
 * Keeps a subdocument for the attempt: when, how long, with what outcome. The verdict on a failed one is passed here,
 * once, and what the headers of the answer say about rate limits is taken down, before the stages around it go on.
 */
export function recordAttempt(toStoredError: ErrorRecorder): Stage {
  return async function recordAttempt(call, next) {
    const startedAt = new Date();
    const clock = performance.now();
    const record = (outcome: Outcome): void => {
      call.attempts.push({
        number: call.attempt,
        startedAt,
        durationMs: Math.round(performance.now() - clock),
        providerRequestId: call.responseMetadata.providerRequestId ?? null,
        delayBeforeMs: call.delayBeforeMs,
        ...outcome,
      });
    };
    let value: unknown;
    try {
      value = await next();
    } catch (error) {
      call.responseMetadata = answeredMetadata(call, error);
      call.failure = thrownFailure(call, error);
      record({ ...outcomeOf(call), error: toStoredError(error, call.knownSecrets) });
      throw error;
    }
    call.responseMetadata = answeredMetadata(call);
    call.failure = returnedFailure(call);
    record({ ...outcomeOf(call), error: call.failure === null ? null : storedAnswer(call.failure) });
    return value;
  };
}

/** Where the body of a failing answer does not fit the schema, it is the answer that counts. */
function thrownFailure(call: Call, error: unknown): AttemptFailure {
  const answer = isIntegrationError(error, 'SCHEMA_DRIFT') ? returnedFailure(call) : null;
  if (answer !== null) return { ...answer, error };
  return { error, subject: error, verdict: judgeFailure(error, call.providerDefinition, answeredStatus(call)) };
}

function outcomeOf(call: Call): Pick<Outcome, 'statusCode' | 'failureClass'> {
  const { statusCode = null, failureClass = null } = call.failure?.verdict ?? {};
  return { statusCode: statusCode ?? answeredStatus(call), failureClass };
}

/** Nothing was thrown that could have a stack. */
function storedAnswer({ error, subject }: AttemptFailure): StoredError {
  return {
    class: cutText(classNameOf(subject) ?? 'Object', maxClassLength),
    message: String(property(error, 'message')),
    code: null,
    trace: null,
  };
}
