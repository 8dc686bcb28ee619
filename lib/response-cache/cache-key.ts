import type { Fingerprints } from '../fingerprint/fingerprints.js';
import type { Call } from '../requests/call.js';
import { isRead } from '../requests/read-methods.js';

/**
 * The `_id` of a call's response: the integration, and a keyed hash of all that its request and the reading of its
 * answer depend on, unredacted. A callback is no part of it: endpoint and data have to say what it does. The sealed
 * credentials are, so that an integration that gets those of another account does not get the other's data; renewed
 * OAuth tokens are sealed apart, and change nothing.
 *
 * @throws IntegrationError `REQUEST_INVALID` for data that cannot be compared: streams, forms, functions
 */
export function cacheKey({ spec, integration, method }: Call, fingerprints: Fingerprints): string {
  const { endpoint, target, data, parser, options } = spec;
  const { hash } = fingerprints.current({
    endpoint,
    method: isRead(method) ? method.toUpperCase() : method,
    target: target.kind === 'url' ? { url: target.url } : target.kind,
    data,
    query: options.query,
    headers: lowerCased(options.headers ?? {}),
    responseType: options.responseType ?? 'auto',
    ...(options.wholeResponse === true && { wholeResponse: true }),
    metadata: integration.metadata,
    credentials: integration.credentials,
    schema: parser?.identity(),
  });
  return `${integration._id.toHexString()}:${hash}`;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
