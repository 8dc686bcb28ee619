import type { GitHubMetadata } from './types.js';

/** Root of the REST API. */
export function apiRoot({ baseUrl }: GitHubMetadata): string {
  return baseUrl ?? 'https://api.github.com';
}

/**
 * Where users are, of a REST API: `https://github.com`, `https://octocorp.ghe.com` of `https://api.octocorp.ghe.com`,
 * `https://ghe.example.com` of `https://ghe.example.com/api/v3`.
 *
 * @see https://docs.github.com/en/enterprise-cloud@latest/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
export function webRoot(metadata: GitHubMetadata): string {
  const { protocol, host, pathname } = new URL(apiRoot(metadata));
  const isServer = pathname.startsWith('/api/');
  return `${protocol}//${isServer ? host : host.replace(/^api\./, '')}`;
}
