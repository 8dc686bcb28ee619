import type { OutgoingRequest } from '../../providers/contracts.js';
import { IntegrationError } from '../errors.js';
import type { Answer } from './exchange.js';
import type { HttpRequest } from './messages.js';
import { requestLine } from './request-line.js';

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const repeatableMethods: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** Headers that say nothing about the caller. */
const harmlessHeaders: ReadonlySet<string> = new Set(['accept', 'accept-language', 'user-agent']);

/** Does the answer redirect to somewhere? */
export function isRedirect({ statusCode, headers }: Answer): boolean {
  return redirectStatuses.has(statusCode) && headers.location !== undefined;
}

/**
 * The request that follows a redirect. To an origin that is neither the call's own nor one that may get the
 * credentials, none of the caller's own headers go.
 *
 * @param redirectsLeft How many may still be followed, this one included.
 * @throws IntegrationError `REDIRECT_REFUSED` for a write, a step from https to http, a target that is no plain http
 *   URL, or too many redirects
 */
export function redirectedRequest(
  answer: Answer,
  hop: OutgoingRequest,
  request: HttpRequest,
  redirectsLeft: number,
): OutgoingRequest {
  const url = targetOf(answer, hop);
  if (url === null) throw refused(answer, hop, '', 'it is no valid URL');
  const refusal = refusalOf(url, hop, redirectsLeft);
  if (refusal !== null) throw refused(answer, hop, ` to ${url.protocol}//${url.host}`, refusal);
  const isTrusted = url.origin === request.url.origin || request.credentialOrigins.has(url.origin);
  return { method: hop.method, url, headers: isTrusted ? request.headers : harmless(request.headers) };
}

function targetOf({ headers }: Answer, hop: OutgoingRequest): URL | null {
  const location = headers.location ?? '';
  return URL.canParse(location, hop.url.href) ? new URL(location, hop.url) : null;
}

/** Why the redirect is not followed; null where nothing speaks against it. */
function refusalOf(url: URL, hop: OutgoingRequest, redirectsLeft: number): string | null {
  if (!repeatableMethods.has(hop.method)) return 'only GET and HEAD follow redirects';
  if (redirectsLeft <= 0) return 'it is one redirect too many';
  if (!/^https?:$/.test(url.protocol)) return 'it is neither http nor https';
  if (url.username !== '' || url.password !== '') return 'it contains a user name or password';
  return hop.url.protocol === 'https:' && url.protocol === 'http:' ? 'it is not encrypted' : null;
}

function refused({ statusCode }: Answer, hop: OutgoingRequest, where: string, reason: string): IntegrationError {
  return new IntegrationError(
    'REDIRECT_REFUSED',
    `${requestLine(hop)} answered ${String(statusCode)}, a redirect${where}, which is not followed: ${reason}.`,
    { details: { statusCode } },
  );
}

function harmless(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmlessHeaders.has(name)));
}
