import type { ClassifiesFailures } from '../../providers/contracts.js';
import { isIntegrationError, type IntegrationError, type IntegrationErrorCode } from '../errors.js';
import { failureClasses, type FailureClass } from '../types/failure-class.js';
import { isCancellation } from './cancellation.js';
import { isConnectionFailure } from './connection-failure.js';
import { failureChain, isRefusal } from './failure-chain.js';
import { opinionOf } from './opinion-of.js';
import { refusesCredentials } from './refused-credentials.js';
import { statusCodeOf } from './status-code.js';
import { isThrottling } from './throttling.js';
import { isWithoutAnswer } from './without-answer.js';

/** What a failed attempt says, and about whom. */
export interface FailureVerdict {
  readonly failureClass: FailureClass;
  /** What the other API answered; null where no answer came, or none is known. */
  readonly statusCode: number | null;
  /** The class is what the provider said, not what we made of it. */
  readonly isOfProvider: boolean;
}

/** Our own errors that are not our own fault; all others are `local`. */
const ourErrors: Partial<Record<IntegrationErrorCode, FailureClass>> = {
  CONNECTION_FAILED: 'upstream',
  ATTEMPT_TIMEOUT: 'upstream',
  DEADLINE_EXCEEDED: 'upstream',
  RETRYABLE: 'upstream',
  CALL_ABORTED: 'cancelled',
  INSTANCE_STOPPED: 'cancelled',
  // Of a status below 400, a redirection say: an answer that this call has no use for.
  UPSTREAM_STATUS: 'client',
};

/**
 * The one verdict on a failed attempt, which retries, circuit, health and statistics all go by. The provider is asked
 * first, but not about a refusal of ours: nothing was sent, whatever the attempt before it had failed with.
 *
 * @param failure What was thrown, or the failing response that a callback returned.
 * @param reportedStatus The status of the answer, where the failure itself does not tell it.
 */
export function judgeFailure(
  failure: unknown,
  provider: Partial<ClassifiesFailures>,
  reportedStatus: number | null = null,
): FailureVerdict {
  const chain = failureChain(failure);
  if (chain.some(isRefusal)) return { failureClass: 'local', statusCode: null, isOfProvider: false };
  const statusCode = statusCodeOf(failure) ?? reportedStatus;
  const opinion = opinionOf(() => provider.classifyFailure?.(failure));
  // A provider in JavaScript may say anything.
  const isOfProvider = opinion !== null && failureClasses.includes(opinion);
  return { failureClass: isOfProvider ? opinion : ownClass(failure, chain, statusCode), statusCode, isOfProvider };
}

/** The class of {@link judgeFailure} alone. */
export function classifyFailure(failure: unknown, provider: Partial<ClassifiesFailures>): FailureClass {
  return judgeFailure(failure, provider).failureClass;
}

/** What an HTTP status says; null where it tells of no failure. */
export function classifyStatus(status: number | null): FailureClass | null {
  if (status === null || status < 400) return null;
  if (status === 401) return 'auth';
  if (status === 429) return 'throttle';
  return status >= 500 && status !== 501 ? 'upstream' : 'client';
}

function ownClass(failure: unknown, chain: readonly unknown[], statusCode: number | null): FailureClass {
  if (chain.some(isThrottling)) return 'throttle';
  if (chain.some(refusesCredentials)) return 'auth';
  return classifyStatus(statusCode) ?? byKind(failure, chain);
}

function byKind(failure: unknown, chain: readonly unknown[]): FailureClass {
  const ours = chain.find(isTelling);
  if (ours !== undefined) return ourErrors[ours.code] ?? 'local';
  if (chain.some(isCancellation)) return 'cancelled';
  if (isConnectionFailure(failure)) return 'upstream';
  // The innermost: fetch wraps what went wrong on the network, a bad certificate say, in a TypeError.
  if (isProgrammingError(chain.at(-1))) return 'local';
  return isWithoutAnswer(chain.at(-1)) ? 'upstream' : 'unknown';
}

/** What wraps a thrown value that is no Error says nothing of its own. */
function isTelling(link: unknown): link is IntegrationError {
  return isIntegrationError(link) && link.code !== 'NON_ERROR_THROWN';
}

function isProgrammingError(error: unknown): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind);
}
