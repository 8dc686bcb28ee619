import { isIPv6 } from 'node:net';
import { IntegrationError } from '../errors.js';

/**
 * A test for URLs whose host is in the list.
 *
 * @param hosts `host` for all its ports, or `host:port`; IPv6 addresses with or without brackets.
 * @throws IntegrationError `OPTIONS_INVALID` for an entry that is no host
 */
export function allowedHosts(hosts: readonly string[]): (url: URL) => boolean {
  const allowed = new Set(hosts.map(normalise));
  return (url) =>
    allowed.size > 0 && (allowed.has(url.hostname) || allowed.has(`${url.hostname}:${url.port || defaultPort(url)}`));
}

function defaultPort(url: URL): string {
  return url.protocol === 'https:' ? '443' : '80';
}

/** Written as in `url.hostname`, with the port where the entry has one. */
function normalise(entry: string): string {
  const [, host, port] = /^(.*?)(?::(\d{1,5}))?$/s.exec(isIPv6(entry) ? `[${entry}]` : entry) ?? [];
  const text = `http://${host ?? ''}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  // A wildcard would be a valid host name, and match nothing.
  if (url !== null && url.href === `http://${url.hostname}/` && !url.hostname.includes('*')) {
    return port === undefined ? url.hostname : `${url.hostname}:${port}`;
  }
  throw new IntegrationError(
    'OPTIONS_INVALID',
    `http.allowedPrivateHosts must list hosts such as "ghe.internal" or "ghe.internal:8443", got ${JSON.stringify(entry)}.`,
  );
}
