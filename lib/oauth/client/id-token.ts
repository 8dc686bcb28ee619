import { createRemoteJWKSet, customFetch, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { IntegrationError } from '../../errors.js';
import { createRecentValues } from '../../recent-values.js';
import type { AuthorizationServer } from './authorization-server.js';
import { guardedFetch } from './guarded-fetch.js';
import { libraryFailure } from './library-failure.js';
import type { OAuthHttp, OAuthRequest } from './oauth-http.js';

/** Gives the key sets of authorization servers, which they fetch when needed, and remember. */
export type KeySets = (jwksUri: string, integration: OAuthRequest['integration']) => JWTVerifyGetKey;

const atMost = 200;

export function createKeySets(http: OAuthHttp): KeySets {
  const known = createRecentValues<JWTVerifyGetKey>(atMost);
  // Not the document, which holds credentials: a key set is kept for long.
  return (jwksUri, { _id, provider }) => {
    const fetchGuarded = guardedFetch(http, { _id, provider });
    const keySet = known.get(jwksUri) ?? createRemoteJWKSet(new URL(jwksUri), { [customFetch]: fetchGuarded });
    known.set(jwksUri, keySet);
    return keySet;
  };
}

export interface ExpectedIdToken {
  readonly integration: OAuthRequest['integration'];
  readonly server: AuthorizationServer;
  readonly clientId: string;
  /** Null: none was asked for. */
  readonly nonce: string | null;
  readonly keySets: KeySets;
}

const toleranceSeconds = 30;

/**
 * Who has signed in, by an ID token; null where the issuer or its keys are not known: it says nothing then.
 *
 * @throws IntegrationError `OAUTH_TOKEN_INVALID`, and what fetching the keys raises
 * @see https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export async function subjectOf(idToken: string, expected: ExpectedIdToken): Promise<string | null> {
  const { integration, server, clientId, nonce, keySets } = expected;
  const { jwks_uri: jwksUri } = server.metadata;
  if (server.issuer === null || jwksUri === undefined) return null;
  const { payload } = await jwtVerify(idToken, keySets(jwksUri, integration), {
    issuer: server.issuer,
    audience: clientId,
    requiredClaims: ['sub', 'exp', 'iat'],
    clockTolerance: toleranceSeconds,
    ...algorithmsOf(server),
  }).catch((error: unknown) => {
    throw libraryFailure(error, 'OAUTH_TOKEN_INVALID', 'The ID token is not valid');
  });
  if (nonce !== null && payload.nonce !== nonce) throw invalid('nonce');
  if (isForOthersToo(payload) && payload.azp !== clientId) throw invalid('azp');
  return payload.sub ?? null;
}

/** Those that the server says it signs with; key sets hold no keys for others than asymmetric ones anyway. */
function algorithmsOf({ metadata }: AuthorizationServer): { algorithms?: string[] } {
  const algorithms = metadata.id_token_signing_alg_values_supported?.filter((name) => !/^(?:none|HS\d+)$/.test(name));
  return algorithms === undefined || algorithms.length === 0 ? {} : { algorithms };
}

function isForOthersToo({ aud }: JWTPayload): boolean {
  return Array.isArray(aud) && aud.length > 1;
}

function invalid(claim: string): IntegrationError {
  return new IntegrationError('OAUTH_TOKEN_INVALID', `The ID token is not valid: unexpected "${claim}" claim value.`, {
    details: { reason: 'ERR_JWT_CLAIM_VALIDATION_FAILED' },
  });
}
