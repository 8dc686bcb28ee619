import { validateHeaderName, validateHeaderValue } from 'node:http';
import { IntegrationError } from '../errors.js';

export type Headers = Readonly<Record<string, string>>;

/** These belong to the connection: set by a caller, they break the framing of the request or name another host. */
const connectionHeaders = new Set(['connection', 'expect', 'host', 'keep-alive', 'transfer-encoding', 'upgrade']);

/**
 * Merges headers, later ones winning, names in lower case. Messages name the header, never its value.
 *
 * @throws IntegrationError `REQUEST_INVALID` for a line break or other forbidden character, or a connection header
 */
export function mergeHeaders(...sources: readonly Headers[]): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) merged[checkedName(name, value)] = value;
  }
  return merged;
}

function checkedName(name: string, value: unknown): string {
  const lowerCase = name.toLowerCase();
  if (connectionHeaders.has(lowerCase)) {
    throw new IntegrationError('REQUEST_INVALID', `The header "${lowerCase}" is set by the HTTP client.`);
  }
  if (typeof value !== 'string' || !isValidHeader(name, value)) {
    throw new IntegrationError(
      'REQUEST_INVALID',
      `The header ${JSON.stringify(name)} is no string, or has a line break or another character that HTTP forbids.`,
    );
  }
  return lowerCase;
}

function isValidHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
