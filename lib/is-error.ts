import { isNativeError } from 'node:util/types';

/**
 * Is it an error, of whatever realm? Jest gives tests an `Error` of their own, of which those that Node.js makes (a
 * reset connection, an abort) are no instances.
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value) || value instanceof DOMException;
}
