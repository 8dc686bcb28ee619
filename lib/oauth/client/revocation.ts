import { tokenRevocation } from 'openid-client';
import { deleteTokens } from './deletion.js';
import { libraryFailure } from './library-failure.js';
import { libraryConfiguration, type OAuthSession } from './oauth-session.js';
import { sendForm } from './send-form.js';
import { kindOfTokenError } from './token-error-codes.js';
import { errorCode, isFailure, tokenFailure, type FailureFacts, type JudgedAnswer } from './token-failure.js';

/**
 * Has the server forget the tokens: the refresh token first, which ends the grant at most of them, then the access
 * token, which may outlive it. Without a revocation endpoint there is nobody to ask.
 *
 * @throws IntegrationError `OAUTH_EXCHANGE_FAILED`, `OAUTH_CLIENT_INVALID`, `RETRYABLE`, and what sending raises: the
 *   tokens may be good still
 * @see https://www.rfc-editor.org/rfc/rfc7009
 */
export async function revokeTokens<Credentials, Metadata>(session: OAuthSession<Credentials, Metadata>): Promise<void> {
  if (session.config.revocationMethod === 'delete') return deleteTokens(session);
  if (session.server.metadata.revocation_endpoint === undefined) return;
  const { refreshToken, accessToken } = await session.integration.credentialsArray();
  if (typeof refreshToken === 'string') await revoke(session, refreshToken, 'refresh_token');
  if (typeof accessToken === 'string') await revoke(session, accessToken, 'access_token');
}

async function revoke<Credentials, Metadata>(
  session: OAuthSession<Credentials, Metadata>,
  token: string,
  hint: 'refresh_token' | 'access_token',
): Promise<void> {
  const { config, integration, http, client } = session;
  const parts = { http, integration, config, codes: config.tokenErrors ?? {}, clientSecret: client.clientSecret };
  const configuration = await libraryConfiguration(session, async (url, request) => {
    const { answer, facts } = await sendForm(parts, url, request);
    if (isFailure(answer) && !isForgotten(answer, facts)) throw tokenFailure(answer, facts);
    return new Response(null);
  });
  await tokenRevocation(configuration, token, { token_type_hint: hint }).catch((error: unknown) => {
    throw libraryFailure(error, 'OAUTH_EXCHANGE_FAILED', 'The tokens could not be revoked');
  });
}

/** Whether the token is worth nothing any more; or cannot be revoked alone, as the other one can. */
function isForgotten({ status, body }: JudgedAnswer, { codes }: FailureFacts): boolean {
  if (status === 429 || status >= 500) return false;
  const error = errorCode(body);
  // Google says so of tokens that it does not know; RFC 7009 has 200 for them.
  if (error === 'invalid_token' || error === 'unsupported_token_type') return true;
  return kindOfTokenError(error, codes) === 'grant';
}
