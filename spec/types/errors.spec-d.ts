/** What the compiler knows of an error that was told by its code. */
import { isIntegrationError, type IntegrationError, type IntegrationErrorOf } from '../../lib/index.js';

declare const error: unknown;

export function factsOfTheClass(): number | null {
  if (isIntegrationError(error, 'CIRCUIT_OPEN')) return error.openedAt === null ? null : error.retryAfterSeconds;
  if (isIntegrationError(error, 'RATE_LIMIT_EXCEEDED')) return error.retryAfterSeconds;
  if (isIntegrationError(error, 'RETRYABLE')) return error.maxAttempts;
  if (isIntegrationError(error, 'RETRIES_EXHAUSTED')) return error.attempts;
  if (isIntegrationError(error, 'UPSTREAM_STATUS')) return error.statusCode;
  if (isIntegrationError(error, 'SCHEMA_DRIFT')) return error.violations.length;
  return null;
}

export function codeOfOthers(): 'INSTANCE_STOPPED' | null {
  return isIntegrationError(error, 'INSTANCE_STOPPED') ? error.code : null;
}

export function anyError(): IntegrationError | null {
  // @ts-expect-error An error of any code has no such fact.
  if (isIntegrationError(error)) error.retryAfterSeconds satisfies number;
  return isIntegrationError(error) ? error : null;
}

export const assignable = {
  toTheBase: undefined as unknown as IntegrationErrorOf<'CIRCUIT_OPEN'> satisfies IntegrationError<'CIRCUIT_OPEN'>,
};
