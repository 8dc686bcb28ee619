import type { OutgoingRequest } from '../../providers/contracts.js';
import { IntegrationError } from '../errors.js';
import type { HttpRequest } from './messages.js';
import { mergeHeaders } from './request-headers.js';
import { unlessAborted } from '../unless-aborted.js';

/**
 * Adds the credentials to a hop, where its origin may get them.
 *
 * @throws IntegrationError `ORIGIN_NOT_ALLOWED` where `authorize` leads to another origin, `REQUEST_INVALID` for a
 *   header that cannot be sent; the reason of the request's signal, and what `authorize` throws
 */
export async function authorizeHop(hop: OutgoingRequest, request: HttpRequest): Promise<OutgoingRequest> {
  const { authorize, credentialOrigins, signal } = request;
  if (authorize === null || !credentialOrigins.has(hop.url.origin)) return hop;
  // A copy, because a key added to the query in place would show in redirects and messages.
  const copy = { method: hop.method, url: new URL(hop.url), headers: hop.headers };
  const { url, headers } = await unlessAborted(signal, () => authorize(copy));
  if (url.origin !== hop.url.origin) {
    throw new IntegrationError('ORIGIN_NOT_ALLOWED', 'http.authorize must not change the origin of the request.');
  }
  return { method: hop.method, url, headers: mergeHeaders(headers) };
}
