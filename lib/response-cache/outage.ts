import { isIntegrationError, type IntegrationErrorCode } from '../errors.js';
import { judgeFailure } from '../failures/classify-failure.js';
import { isRefusal } from '../failures/failure-chain.js';
import type { Call } from '../requests/call.js';
import type { FailureClass } from '../types/failure-class.js';

/** A 404 or a 401 is an answer: what was remembered is not true, or not for us, any more. */
const outages: readonly FailureClass[] = ['upstream', 'throttle', 'unknown'];
const unsent: readonly IntegrationErrorCode[] = ['DATABASE_UNAVAILABLE', 'RETRIES_EXHAUSTED'];
const ended: readonly IntegrationErrorCode[] = ['CALL_ABORTED', 'INSTANCE_STOPPED'];

/**
 * May a call that failed like this be answered with what was remembered? Where the other API is down, throttles, or is
 * not asked because of that; not where the caller gave up, or where it would hide a mistake on our side.
 */
export function isOutage(call: Call, error: unknown): boolean {
  if (call.spec.options.signal?.aborted === true) return false;
  const code = isIntegrationError(error) ? error.code : null;
  if (code !== null && ended.includes(code)) return false;
  if (isRefusal(error) || (code !== null && unsent.includes(code))) return true;
  return isOutageClass(judgeFailure(error, call.providerDefinition).failureClass);
}

/** The same of a verdict that was passed already. */
export function isOutageClass(failureClass: FailureClass): boolean {
  return outages.includes(failureClass);
}
