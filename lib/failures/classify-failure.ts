import type { ClassifiesFailures } from '../../providers/contracts.js';
import { isIntegrationError, type IntegrationErrorCode } from '../errors.js';
import { failureClasses, type FailureClass } from '../types/failure-class.js';
import { causeChain, property } from './cause-chain.js';
import { isConnectionFailure } from './connection-failure.js';
import { opinionOf } from './opinion-of.js';
import { statusCodeOf } from './status-code.js';

/** Our own errors that are not our own fault; all others are `local`. */
const ourErrors: Partial<Record<IntegrationErrorCode, FailureClass>> = {
  CONNECTION_FAILED: 'upstream',
  ATTEMPT_TIMEOUT: 'upstream',
  DEADLINE_EXCEEDED: 'upstream',
  RETRYABLE: 'upstream',
  CALL_ABORTED: 'cancelled',
  INSTANCE_STOPPED: 'cancelled',
  NON_ERROR_THROWN: 'unknown',
};

/** The one verdict on a failed attempt: what it says, and about whom. The provider is asked first. */
export function classifyFailure(error: unknown, provider: Partial<ClassifiesFailures>): FailureClass {
  const opinion = opinionOf(() => provider.classifyFailure?.(error));
  // A provider in JavaScript may say anything.
  if (opinion !== null && failureClasses.includes(opinion)) return opinion;
  return classifyStatus(statusCodeOf(error)) ?? byKind(error);
}

/** What an HTTP status says; null where it tells of no failure. */
export function classifyStatus(status: number | null): FailureClass | null {
  if (status === null || status < 400) return null;
  if (status === 401) return 'auth';
  if (status === 429) return 'throttle';
  return status >= 500 && status !== 501 ? 'upstream' : 'client';
}

function byKind(error: unknown): FailureClass {
  const chain = causeChain(error);
  const ours = chain.find((link) => isIntegrationError(link));
  if (ours !== undefined) return ourErrors[ours.code] ?? 'local';
  if (chain.some(isAbort)) return 'cancelled';
  if (isConnectionFailure(error)) return 'upstream';
  // The innermost: fetch wraps what went wrong on the network, a bad certificate say, in a TypeError.
  return isProgrammingError(chain.at(-1)) ? 'local' : 'unknown';
}

function isAbort(error: unknown): boolean {
  return property(error, 'name') === 'AbortError' || property(error, 'code') === 'ERR_CANCELED';
}

function isProgrammingError(error: unknown): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind);
}
