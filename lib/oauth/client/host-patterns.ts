/**
 * Whether a URL leads to one of the hosts: `host`, `*.example.com` for all below it, `*` for any, at the default port;
 * `host:port` for another.
 */
export function leadsTo(url: URL, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pattern === '*' || matches(url, pattern.toLowerCase()));
}

function matches(url: URL, pattern: string): boolean {
  const [, name = '', port = ''] = /^(.*?)(?::(\d{1,5}))?$/s.exec(pattern) ?? [];
  if (url.port !== port) return false;
  if (!name.startsWith('*.')) return url.hostname === name;
  // An empty label would be nobody's host.
  return url.hostname.endsWith(name.slice(1)) && !url.hostname.startsWith('.');
}

/** An absolute URL without user information and fragment; null: it is none. */
export function plainUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.username === '' && url.password === '' && url.hash === '' ? url : null;
}
