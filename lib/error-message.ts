import { isError } from './is-error.js';

/** What something thrown says; not redacted. */
export function errorMessage(error: unknown): string {
  return isError(error) ? error.message : String(error);
}
