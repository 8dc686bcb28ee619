import { isIntegrationError } from '../errors.js';

/**
 * Whether an error of a provider's code says nothing of the request, because the failure is ours, or of an API that was
 * asked: a key that is not there, a database that is away. Whoever sent it has to try again.
 */
export function isOwnFailure(error: unknown): boolean {
  if (isIntegrationError(error)) return error.status >= 500 || error.status === 429;
  return error instanceof Error && error.name.startsWith('Mongo');
}
