import type { StoredValidators } from '../../schemas/integration-response.js';
import type { Call } from '../requests/call.js';
import { isRead } from '../requests/read-methods.js';

const conditions = new Set(['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since', 'if-range']);

/**
 * The headers that ask for a response only if it is another one by now; null where nothing is known of it, where it is
 * no HTTP request of ours, or where the caller has a condition of its own.
 */
export function conditionalHeaders(call: Call, validators: StoredValidators | null): Record<string, string> | null {
  const { target, options } = call.spec;
  if (validators === null || target.kind !== 'url' || !isRead(call.method)) return null;
  if (Object.keys(options.headers ?? {}).some((name) => conditions.has(name.toLowerCase()))) return null;
  const { etag, lastModified } = validators;
  return {
    ...(etag !== null && { 'if-none-match': etag }),
    ...(lastModified !== null && { 'if-modified-since': lastModified }),
  };
}

/** What the answer can be asked for again with; of a 304, what it says anew. Null: nothing. */
export function answeredValidators(call: Call, known: StoredValidators | null): StoredValidators | null {
  const { etag = null, 'last-modified': lastModified = null } = call.response?.headers ?? {};
  if (etag !== null || lastModified !== null) return { etag, lastModified };
  return call.isConfirmed ? known : null;
}
