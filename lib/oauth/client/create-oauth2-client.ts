import { calculatePKCECodeChallenge } from 'openid-client';
import type { AuthorizationIssuer, HasOAuth2, OAuthTokens } from '../../../providers/contracts.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import type { PlainObject } from '../../types/json.js';
import { authorizationServer } from './authorization-server.js';
import { authorizationUrl, nonceFor } from './authorization-request.js';
import { checkConfig } from './checked-config.js';
import { checkIssuer } from './check-issuer.js';
import type { OAuth2ClientConfig } from './client-config.js';
import { createDiscovery, type Discovery } from './discovery.js';
import { givenTokens } from './given-tokens.js';
import { createKeySets, subjectOf, type KeySets } from './id-token.js';
import { oauthHttpOf, type OAuthHttp } from './oauth-http.js';
import { clientIdentity, type OAuthSession } from './oauth-session.js';
import { scopeParameter, scopesFor } from './parameters.js';
import { revokeTokens } from './revocation.js';
import { requestTokens } from './token-request.js';

/** What is remembered for one instance. */
interface Memory {
  readonly discovery: Discovery;
  readonly keySets: KeySets;
}

const defaultThresholdSeconds = 300;

/**
 * The members of {@link HasOAuth2} for an authorization server that keeps to the standards, or departs from them in ways
 * that can be named. To be spread into a provider:
 *
 *     defineProvider({
 *       name: 'Acme',
 *       credentialSchema: { type: 'object', properties: { clientId: {…}, clientSecret: {…} } },
 *       ...createOAuth2Client({ issuer: 'https://id.acme.example', scopes: ['openid', 'contacts.read'] }),
 *     });
 *
 * Its requests go through the guarded HTTP client of the instance, are not logged, and never repeated.
 *
 * @throws IntegrationError `OPTIONS_INVALID`
 */
export function createOAuth2Client<Credentials = PlainObject, Metadata = PlainObject>(
  config: OAuth2ClientConfig<Credentials, Metadata>,
): HasOAuth2<Credentials, Metadata> {
  checkConfig(config);
  const { grant = 'authorization_code', refreshThresholdSeconds = defaultThresholdSeconds } = config;
  const open = sessions(config);
  const shared = {
    revokeToken: async (integration: IntegrationDocument<Credentials, Metadata>) =>
      revokeTokens(await open(integration)),
    refreshThreshold: () => refreshThresholdSeconds,
    requestedScopes: (integration: IntegrationDocument<Credentials, Metadata>) => scopesFor(config, integration),
  };
  return grant === 'client_credentials' ? { ...shared, ...byClient(open) } : { ...shared, ...byUser(open) };
}

/** Who answers authorization requests; null: not known. */
async function issuerOf<Credentials, Metadata>(
  session: Promise<OAuthSession<Credentials, Metadata>>,
): Promise<AuthorizationIssuer | null> {
  const { issuer, requiresIssuer } = (await session).server;
  return issuer === null ? null : { issuer, isAlwaysSent: requiresIssuer };
}

type Open<Credentials, Metadata> = (
  integration: IntegrationDocument<Credentials, Metadata>,
) => Promise<OAuthSession<Credentials, Metadata>>;

function sessions<Credentials, Metadata>(
  config: OAuth2ClientConfig<Credentials, Metadata>,
): Open<Credentials, Metadata> {
  const memories = new WeakMap<OAuthHttp, Memory>();
  return async (integration) => {
    const http = oauthHttpOf(integration);
    const memory = memories.get(http) ?? { discovery: createDiscovery(http), keySets: createKeySets(http) };
    memories.set(http, memory);
    const server = await authorizationServer(config, integration, memory.discovery);
    const client = await clientIdentity(config, integration);
    return { config, integration, http, keySets: memory.keySets, server, client };
  };
}

type Methods<Credentials, Metadata> = Pick<
  HasOAuth2<Credentials, Metadata>,
  'authorizationIssuer' | 'authorizationUrl' | 'connectsWithoutUser' | 'exchangeCode' | 'refreshToken'
>;

function byUser<Credentials, Metadata>(open: Open<Credentials, Metadata>): Methods<Credentials, Metadata> {
  return {
    authorizationIssuer: (integration) => issuerOf(open(integration)),
    async authorizationUrl(integration, redirectUri, state, { codeChallenge }) {
      return authorizationUrl(await open(integration), { redirectUri, state, codeChallenge });
    },
    async exchangeCode(integration, code, redirectUri, { codeVerifier, iss }) {
      const session = await open(integration);
      checkIssuer(session.server, iss);
      const proof = { code, redirect_uri: redirectUri, code_verifier: codeVerifier };
      const answer = await requestTokens(session, 'authorization_code', proof);
      const tokens = givenTokens(session, answer, true);
      const subject = await signedIn(session, answer.part.id_token, codeVerifier);
      return { ...tokens, account: tokens.account ?? subject };
    },
    async refreshToken(integration) {
      const session = await open(integration);
      const { refreshToken } = await integration.credentialsArray();
      if (typeof refreshToken !== 'string') throw nothingToRefresh(integration._id.toHexString());
      const answer = await requestTokens(session, 'refresh_token', { refresh_token: refreshToken });
      // An ID token is not looked at: to refuse it would be to lose the tokens beside it, and the account stays the same.
      return givenTokens(session, answer, false);
    },
  };
}

/** Null: there is no ID token that says who. */
async function signedIn<Credentials, Metadata>(
  { config, integration, server, client: { clientId }, keySets }: OAuthSession<Credentials, Metadata>,
  idToken: unknown,
  codeVerifier: string,
): Promise<string | null> {
  if (typeof idToken !== 'string') return null;
  const challenge = await calculatePKCECodeChallenge(codeVerifier);
  const nonce = await nonceFor(scopesFor(config, integration), challenge);
  return subjectOf(idToken, { integration, server, clientId, nonce, keySets });
}

function byClient<Credentials, Metadata>(open: Open<Credentials, Metadata>): Methods<Credentials, Metadata> {
  return {
    connectsWithoutUser: true,
    authorizationUrl: () => Promise.reject(noUser()),
    exchangeCode: () => Promise.reject(noUser()),
    async refreshToken(integration): Promise<OAuthTokens> {
      const session = await open(integration);
      const { config } = session;
      const scope = scopeParameter(scopesFor(config, integration), config.scopeSeparator ?? ' ');
      const answer = await requestTokens(session, 'client_credentials', { ...scope });
      return givenTokens(session, answer, false);
    },
  };
}

function noUser(): IntegrationError {
  return new IntegrationError(
    'CAPABILITY_MISSING',
    'The provider connects by client credentials: no user has to agree.',
    {
      details: { capability: 'HasOAuth2' },
    },
  );
}

function nothingToRefresh(integrationId: string): IntegrationError {
  return new IntegrationError('OAUTH_GRANT_INVALID', `Integration ${integrationId} has no refresh token.`, {
    details: { integrationId },
  });
}
