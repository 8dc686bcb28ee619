import { createOAuth2Client, type HasOAuth2 } from '../../../lib/index.js';
import { apiRoot, webRoot } from '../addresses.js';
import type { GitHubCredentials, GitHubMetadata } from '../types.js';
import { checkedOAuthOptions, type GitHubOAuthOptions } from './oauth-options.js';
import { normalizedScopes } from './scopes.js';

/**
 * What makes a provider of GitHub one that users connect. Tokens of GitHub Apps expire, after eight hours, and the
 * refresh token is another one each time; those of OAuth apps do neither. Whose account it is, GET /user says.
 *
 * @throws IntegrationError `OPTIONS_INVALID`
 * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
 * @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export function connectsByOAuth(options: GitHubOAuthOptions): HasOAuth2<GitHubCredentials, GitHubMetadata> {
  const { clientId, clientSecret, scopes = [], hosts, authorizationParameters } = checkedOAuthOptions(options);
  const { revokes = 'token' } = options;
  return createOAuth2Client<GitHubCredentials, GitHubMetadata>({
    authorizationEndpoint: (integration) => `${webRoot(integration.getMetadata())}/login/oauth/authorize`,
    tokenEndpoint: (integration) => `${webRoot(integration.getMetadata())}/login/oauth/access_token`,
    revocationEndpoint: (integration) =>
      `${apiRoot(integration.getMetadata())}/applications/${encodeURIComponent(clientId)}/${revokes}`,
    revocationMethod: 'delete',
    endpointHosts: hosts === undefined ? ['github.com', 'api.github.com'] : hosts.flatMap(withWebHost),
    client: () => ({ clientId, clientSecret }),
    clientAuthentication: 'client_secret_post',
    scopes: normalizedScopes(scopes),
    scopeSeparator: ',',
    ...(authorizationParameters !== undefined && { authorizationParameters }),
  });
}

/** On GitHub Enterprise Cloud users are not where the API is. */
function withWebHost(host: string): readonly string[] {
  return [host, host.replace(/^api\./, '')];
}
