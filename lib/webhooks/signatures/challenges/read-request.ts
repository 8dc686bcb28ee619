import { jsonObject } from '../json-object.js';
import { queryOf } from '../query-of.js';

// Handshakes are short; what is longer is an event, and not worth to be parsed before its signature is verified.
const MAX_BYTES = 4096;

/** A short POST of a JSON object; null for anything else. */
export function postedObject({
  method,
  rawBody,
}: {
  readonly method: string;
  readonly rawBody: Buffer;
}): Readonly<Record<string, unknown>> | null {
  return method === 'POST' && rawBody.length <= MAX_BYTES ? jsonObject(rawBody) : null;
}

/** The query of a GET; null for anything else. */
export function getQuery({ method, url }: { readonly method: string; readonly url: string }): URLSearchParams | null {
  return method === 'GET' ? queryOf(url) : null;
}

/** A parameter that is there exactly once; null otherwise. */
export function onlyValue(query: URLSearchParams, name: string): string | null {
  const [value, ...others] = query.getAll(name);
  return value === undefined || others.length > 0 ? null : value;
}
