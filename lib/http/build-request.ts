import { IntegrationError } from '../errors.js';
import { isPlainObject } from '../plain-object.js';
import type { PlainObject } from '../types/json.js';
import type { BuiltRequest } from './messages.js';
import { setParameters } from './query-string.js';
import { encodeBody, isFormData } from './request-body.js';
import { mergeHeaders, type Headers } from './request-headers.js';
import { requestUrl } from './request-url.js';

/** What a URL call is built from. */
export interface RequestParts {
  /** Root of the API, its path included; null where the provider has none. */
  readonly baseUrl: string | null;
  /** Path below the root, or absolute URL; may hold `{placeholders}` and a query. */
  readonly target: string;
  readonly method: string;
  /** Values for placeholders; what is left of it is the query of a GET or HEAD, the body of other verbs. Not changed. */
  readonly data: unknown;
  /** Values for placeholders that `data` does not have. */
  readonly metadata: Readonly<PlainObject>;
  /** Further query parameters, whatever the verb. */
  readonly query: Readonly<PlainObject>;
  /** The call's headers. */
  readonly headers: Headers;
  /** The provider's headers; the call's win. */
  readonly defaultHeaders: Headers;
  /** Further origins that may get the credentials. */
  readonly allowedOrigins: readonly string[];
}

const acceptAny = { accept: 'application/json, text/plain;q=0.9, */*;q=0.8' };
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** As in fetch: these make a proxy of the other side, or have it echo the credentials. */
const forbiddenMethods: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/**
 * Builds the request of a URL call: complete but for the credentials.
 *
 * @throws IntegrationError `REQUEST_INVALID`, `PATH_VALUE_MISSING`, `PATH_VALUE_UNSAFE`, `ORIGIN_NOT_ALLOWED`,
 *   `HTTP_NOT_CONFIGURED`, `PROVIDER_INVALID`
 */
export function buildRequest(parts: RequestParts): BuiltRequest {
  const method = checkMethod(parts.method);
  const fields = isPlainObject(parts.data) ? parts.data : null;
  const { url, usedDataKeys, credentialOrigins } = requestUrl({ ...parts, data: fields });
  const data = usedDataKeys.size === 0 ? parts.data : remaining(fields ?? {}, usedDataKeys);
  const headers = mergeHeaders(acceptAny, parts.defaultHeaders, parts.headers);
  if (bodiless.has(method)) setParameters(url.searchParams, queryOf(method, data));
  setParameters(url.searchParams, parts.query);
  if (bodiless.has(method)) return { method, url, headers, body: null, credentialOrigins };
  const { body, contentType } = encodeBody(data, headers['content-type']);
  if (contentType !== null) headers['content-type'] ??= contentType;
  // Multipart needs the boundary that only its encoder knows.
  if (isFormData(body)) delete headers['content-type'];
  return { method, url, headers, body, credentialOrigins };
}

function checkMethod(method: string): string {
  const upperCase = method.toUpperCase();
  if (/^[A-Z]+$/.test(upperCase) && !forbiddenMethods.has(upperCase)) return upperCase;
  throw new IntegrationError('REQUEST_INVALID', 'The method of a URL call must be an HTTP verb such as GET or POST.');
}

/** What the path left over; null where it took everything. */
function remaining(data: PlainObject, used: ReadonlySet<string>): PlainObject | null {
  const rest = Object.entries(data).filter(([key]) => !used.has(key));
  return rest.length === 0 ? null : Object.fromEntries(rest);
}

function queryOf(method: string, data: unknown): PlainObject {
  if (data === null || data === undefined) return {};
  if (isPlainObject(data)) return data;
  throw new IntegrationError(
    'REQUEST_INVALID',
    `The data of a ${method} must be a plain object: it becomes the query.`,
  );
}
