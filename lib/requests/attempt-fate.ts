import { isIntegrationError } from '../errors.js';
import { property } from '../failures/cause-chain.js';
import { isHttpStatus } from '../failures/status-code.js';
import { wasNeverConnected } from '../failures/never-connected.js';
import type { AttemptFailure } from './attempt-failure.js';
import type { Call } from './call.js';
import { answeredStatus } from './returned-failure.js';
import type { WriteFate } from './write-claim.js';

/** Answers below 500 that do not say that nothing was done. */
const undecided = new Set([408, 409, 425]);
/** Redirections that ask for the same request elsewhere. */
const elsewhere = new Set([307, 308]);

/** What a failed attempt tells of the write that it was to make. In doubt it is `ambiguous`. */
export function attemptFate(call: Call, failure: AttemptFailure): WriteFate {
  if (!call.isSent) return 'unsent';
  const status = answeredStatus(call) ?? failure.verdict.statusCode ?? unreadStatus(call, failure.error);
  // What it brought may fit no schema, be no JSON or too large: the write happened all the same.
  if (hasAnswer(call, failure.error) && isSuccess(status ?? 200)) return 'executed';
  if (status !== null) return refuses(status) ? 'refused' : 'ambiguous';
  if (wasNeverConnected(failure.error)) return 'unsent';
  // The marks by which SDKs without a status say that they were throttled.
  return failure.verdict.failureClass === 'throttle' ? 'refused' : 'ambiguous';
}

/** What a callback throws is no answer, whatever status it bears. */
function hasAnswer(call: Call, error: unknown): boolean {
  return call.response !== null || call.returned !== undefined || unreadStatus(call, error) !== null;
}

/** Of an answer to a URL call that was too large to be read, or a redirection that is not followed. */
function unreadStatus({ spec }: Call, error: unknown): number | null {
  const isUnread = isIntegrationError(error, 'RESPONSE_TOO_LARGE') || isIntegrationError(error, 'REDIRECT_REFUSED');
  const status = isUnread && spec.target.kind === 'url' ? property(error.details, 'statusCode') : null;
  return isHttpStatus(status) ? status : null;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function refuses(status: number): boolean {
  return (status >= 400 && status <= 499 && !undecided.has(status)) || elsewhere.has(status);
}
