import { buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client';
import { guardedFetch } from './guarded-fetch.js';
import { libraryFailure } from './library-failure.js';
import { libraryConfiguration, type OAuthSession } from './oauth-session.js';
import { parametersFor, scopeParameter, scopesFor } from './parameters.js';

export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly codeChallenge: string;
}

/**
 * Where the user agrees. With PKCE, always by S256: who knows nothing of it ignores it.
 *
 * @throws IntegrationError `REQUEST_INVALID` for an endpoint that is not encrypted, `OAUTH_EXCHANGE_FAILED` without one
 */
export async function authorizationUrl<Credentials, Metadata>(
  session: OAuthSession<Credentials, Metadata>,
  { redirectUri, state, codeChallenge }: AuthorizationRequest,
): Promise<string> {
  const { config, http, integration } = session;
  const { resource = [], scopeSeparator = ' ' } = config;
  const scopes = scopesFor(config, integration);
  const nonce = await nonceFor(scopes, codeChallenge);
  const parameters = new URLSearchParams({
    ...parametersFor(config, 'authorizationParameters', integration),
    ...scopeParameter(scopes, scopeSeparator),
    ...(nonce !== null && { nonce }),
    ...{ redirect_uri: redirectUri, state, code_challenge: codeChallenge, code_challenge_method: 'S256' },
  });
  for (const value of [resource].flat()) parameters.append('resource', value);
  const configuration = await libraryConfiguration(session, guardedFetch(http, integration));
  const url = urlFor(configuration, parameters);
  http.assertSecure(url);
  return url.href;
}

function urlFor(...request: Parameters<typeof buildAuthorizationUrl>): URL {
  try {
    return buildAuthorizationUrl(...request);
  } catch (error) {
    throw libraryFailure(error, 'OAUTH_EXCHANGE_FAILED', 'There is no authorization URL');
  }
}

/**
 * The nonce of an ID token that is asked for; null: none is. It follows from the code challenge, so that whoever has
 * the code verifier can compare it: nothing more has to be kept of the transaction, and it is as unique.
 */
export async function nonceFor(scopes: readonly string[], codeChallenge: string): Promise<string | null> {
  return scopes.includes('openid') ? calculatePKCECodeChallenge(codeChallenge) : null;
}
