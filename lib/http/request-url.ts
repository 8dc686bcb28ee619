import { IntegrationError } from '../errors.js';
import { createRecentValues } from '../recent-values.js';
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
  const base = parts.baseUrl === null ? null : baseOf(parts.baseUrl);
  const credentialOrigins = new Set(parts.allowedOrigins.map(originOf));
  if (base !== null) credentialOrigins.add(base.origin);
  const absolute = absoluteUrl.exec(parts.target);
  const root = absolute === null ? relativeRoot(base, parts.target) : rootOf(absolute[1] ?? '');
  const { path, usedDataKeys } = expandPath(absolute?.[2] ?? parts.target, parts);
  const url = join(root, path);
  if (base !== null && !credentialOrigins.has(url.origin)) throw originNotAllowed(url.origin);
  return { url, usedDataKeys, credentialOrigins };
}

/** What a path is appended to. */
interface Root {
  readonly origin: string;
  /** Without a slash at its end. */
  readonly pathname: string;
}

function relativeRoot(base: Root | null, target: string): Root {
  if (schemeOrAuthority.test(target)) throw originNotAllowed('of this target');
  if (base !== null) return base;
  throw new IntegrationError(
    'HTTP_NOT_CONFIGURED',
    'The provider has no http.baseUrl that a path could be appended to.',
  );
}

function join({ origin, pathname }: Root, path: string): URL {
  const separator = path === '' || /^[/?#]/.test(path) ? '' : '/';
  const url = parse(origin + pathname + separator + path);
  if (url === null) throw targetInvalid();
  // The path was vetted before; this holds whatever the URL parser makes of it.
  if (url.origin !== origin || !url.pathname.startsWith(pathname)) {
    throw new IntegrationError('PATH_VALUE_UNSAFE', 'The path leads out of the base URL.');
  }
  url.hash = '';
  return url;
}

function rootOf(text: string): Root {
  const url = parse(text);
  if (url === null) throw targetInvalid();
  return { origin: url.origin, pathname: url.pathname.replace(/\/+$/, '') };
}

/** Parsed once: a provider has few of them, if not a single one. */
const knownBases = createRecentValues<Root>(1_000);

function baseOf(baseUrl: string): Root {
  const base = knownBases.get(baseUrl) ?? parseBaseUrl(baseUrl);
  knownBases.set(baseUrl, base);
  return base;
}

function parseBaseUrl(baseUrl: string): Root {
  const url = parse(baseUrl);
  const plain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (plain && /^https?:$/.test(url.protocol)) return rootOf(baseUrl);
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

function targetInvalid(): IntegrationError {
  return new IntegrationError('REQUEST_INVALID', 'The target is no valid URL.');
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
