import { IntegrationError } from '../errors.js';
import type { PlainObject } from '../types/json.js';
import { expandPath } from './path-template.js';

export interface RequestTarget {
  /** Root of the API, its path included; null where the provider has none. */
  readonly baseUrl: string | null;
  /** Path below the root, or absolute URL; may hold `{placeholders}` and a query. */
  readonly target: string;
  /** Further origins that may get the credentials. */
  readonly allowedOrigins: readonly string[];
  readonly data: Readonly<PlainObject> | null;
  readonly metadata: Readonly<PlainObject>;
}

export interface RequestUrl {
  readonly url: URL;
  readonly usedDataKeys: ReadonlySet<string>;
  /** Origin of the base URL, and the allowed ones. */
  readonly credentialOrigins: ReadonlySet<string>;
}

/** Splits an absolute URL before its path; the authority has no userinfo, placeholder, backslash or control character. */
const absoluteUrl = /^(https?:\/\/[^/?#@{}\\\s\p{Cc}]+)((?:[/?#].*)?)$/isu;
const schemeOrAuthority = /^(?:[a-z][a-z\d+.-]*:|[/\\]{2})/i;

/**
 * The URL of a call. A path is appended to the base URL, never resolved against it; an absolute URL must be of an
 * origin that may get the credentials, or, where the provider has no base URL, is called without any.
 *
 * @throws IntegrationError `ORIGIN_NOT_ALLOWED`, `HTTP_NOT_CONFIGURED`, `PATH_VALUE_MISSING`, `PATH_VALUE_UNSAFE`,
 *   `REQUEST_INVALID`, `PROVIDER_INVALID`
 */
export function requestUrl(parts: RequestTarget): RequestUrl {
  const base = parts.baseUrl === null ? null : parseBaseUrl(parts.baseUrl);
  const credentialOrigins = new Set(parts.allowedOrigins.map(originOf));
  if (base !== null) credentialOrigins.add(base.origin);
  const absolute = absoluteUrl.exec(parts.target);
  const root = absolute?.[1] ?? rootOf(base, parts.target);
  const { path, usedDataKeys } = expandPath(absolute?.[2] ?? parts.target, parts);
  const url = join(root, path);
  if (base !== null && !credentialOrigins.has(url.origin)) throw originNotAllowed(url.origin);
  return { url, usedDataKeys, credentialOrigins };
}

function rootOf(base: URL | null, target: string): string {
  if (schemeOrAuthority.test(target)) throw originNotAllowed('of this target');
  if (base !== null) return base.origin + base.pathname.replace(/\/+$/, '');
  throw new IntegrationError(
    'HTTP_NOT_CONFIGURED',
    'The provider has no http.baseUrl that a path could be appended to.',
  );
}

function join(root: string, path: string): URL {
  const separator = path === '' || /^[/?#]/.test(path) ? '' : '/';
  const expected = parse(root);
  const url = parse(root + separator + path);
  if (expected === null || url === null) throw new IntegrationError('REQUEST_INVALID', 'The target is no valid URL.');
  // The path was vetted before; this holds whatever the URL parser makes of it.
  if (url.origin !== expected.origin || !url.pathname.startsWith(expected.pathname.replace(/\/$/, ''))) {
    throw new IntegrationError('PATH_VALUE_UNSAFE', 'The path leads out of the base URL.');
  }
  url.hash = '';
  return url;
}

function parseBaseUrl(baseUrl: string): URL {
  const url = parse(baseUrl);
  const plain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (plain && /^https?:$/.test(url.protocol)) return url;
  throw new IntegrationError(
    'PROVIDER_INVALID',
    'http.baseUrl must be an absolute http or https URL without user name, query and fragment.',
  );
}

function originOf(allowed: string): string {
  const url = parse(allowed);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw new IntegrationError(
    'PROVIDER_INVALID',
    'http.allowedOrigins must be origins such as https://uploads.example.com.',
  );
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function originNotAllowed(origin: string): IntegrationError {
  return new IntegrationError(
    'ORIGIN_NOT_ALLOWED',
    `The origin ${origin} is neither that of http.baseUrl nor one of http.allowedOrigins.`,
  );
}
