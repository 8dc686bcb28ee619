import type { StoredError } from '../../schemas/integration-request.js';

/** What is shown of a stored error: neither its class nor its trace. */
export function errorFacts(error: StoredError | null): Pick<StoredError, 'message' | 'code'> | null {
  return error === null ? null : { message: error.message, code: error.code };
}
