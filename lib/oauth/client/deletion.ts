import { IntegrationError, isIntegrationError } from '../../errors.js';
import { requestLine } from '../../http/request-line.js';
import { answerBody } from './answer-body.js';
import { clientAuthentication } from './client-authentication.js';
import type { OAuthSession } from './oauth-session.js';
import { requestTokens } from './token-request.js';
import { isFailure, tokenFailure } from './token-failure.js';

/**
 * Has the server forget the access token, and what belongs to it, by a DELETE as GitHub has it: the token as JSON, the
 * client by Basic. It knows only tokens that are good; for one that has expired, another is asked for first.
 *
 * @throws IntegrationError `OAUTH_EXCHANGE_FAILED`, `OAUTH_CLIENT_INVALID`, `RETRYABLE`, and what sending raises: the
 *   tokens may be good still
 * @see https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
 */
export async function deleteTokens<Credentials, Metadata>(session: OAuthSession<Credentials, Metadata>): Promise<void> {
  const { revocation_endpoint: endpoint } = session.server.metadata;
  const { accessToken, refreshToken } = await session.integration.credentialsArray();
  if (endpoint === undefined || typeof accessToken !== 'string') return;
  const url = new URL(endpoint);
  if (await isDeleted(session, url, accessToken)) return;
  const another = typeof refreshToken === 'string' ? await refreshed(session, refreshToken) : null;
  if (another === null || (await isDeleted(session, url, another))) return;
  throw new IntegrationError('OAUTH_EXCHANGE_FAILED', 'The server does not know a token that it has just issued.');
}

/** False: the server does not know the token, or not any more. */
async function isDeleted<Credentials, Metadata>(
  session: OAuthSession<Credentials, Metadata>,
  url: URL,
  accessToken: string,
): Promise<boolean> {
  const { config, integration, http, client, server } = session;
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' });
  const byBasic = { ...config, clientAuthentication: 'client_secret_basic' as const };
  const authenticate = await clientAuthentication(byBasic, server.metadata, client);
  authenticate(server.metadata, { client_id: client.clientId }, new URLSearchParams(), headers);
  const body = JSON.stringify({ access_token: accessToken });
  const sent = { integration, method: 'DELETE', url, headers: Object.fromEntries(headers), body };
  const answer = await http.send(sent);
  if (answer.status === 404 || answer.status === 422) return false;
  const judged = { ...answer, body: answerBody(answer) };
  if (!isFailure(judged)) return true;
  const secrets = [accessToken, client.clientSecret ?? ''];
  throw tokenFailure(judged, { request: requestLine(sent), codes: config.tokenErrors ?? {}, secrets });
}

/** Null: the grant is over. */
async function refreshed<Credentials, Metadata>(
  session: OAuthSession<Credentials, Metadata>,
  refreshToken: string,
): Promise<string | null> {
  try {
    const { accessToken } = await requestTokens(session, 'refresh_token', { refresh_token: refreshToken });
    return accessToken;
  } catch (error) {
    if (isIntegrationError(error, 'OAUTH_GRANT_INVALID')) return null;
    throw error;
  }
}
