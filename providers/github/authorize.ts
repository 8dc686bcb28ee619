import { bearer, IntegrationError, type AuthorizeFacts, type OutgoingRequest } from '../../lib/index.js';
import type { GitHubCredentials, GitHubMetadata } from './types.js';

/**
 * With the access token of a connection, which goes before a token that was entered.
 *
 * @throws IntegrationError `REAUTHORIZATION_REQUIRED` without either: GitHub would answer as it answers anybody.
 */
export function authorize(
  request: OutgoingRequest,
  { credentials, integration }: AuthorizeFacts<GitHubCredentials, GitHubMetadata>,
): OutgoingRequest {
  const token = tokenIn(credentials);
  if (token !== undefined) return bearer(request, token);
  const integrationId = integration._id.toHexString();
  throw new IntegrationError(
    'REAUTHORIZATION_REQUIRED',
    `Integration ${integrationId} is not connected to GitHub, and has no token.`,
    { details: { integrationId } },
  );
}

/** What requests are made with. */
export function tokenIn({ accessToken, token }: GitHubCredentials): string | undefined {
  return accessToken ?? token;
}
