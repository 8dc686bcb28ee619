import { describe, expect, it } from 'vitest';
import type { OAuth2ClientConfig, OAuthTokens } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { redirectUri, transaction, useOAuthClient } from '../../../support/oidc-client-world.js';
import { useOidcServer } from '../../../support/oidc-server.js';
import { oidcClientSecret } from '../../../support/oidc-server-settings.js';

const database = useDatabase();
const oidc = useOidcServer({ redirectUris: [redirectUri] });
const world = useOAuthClient(database, config);

function config(): OAuth2ClientConfig {
  return {
    issuer: oidc.origin,
    scopes: ['openid', 'contacts.read'],
    client: () => ({ clientId: 'client_secret_basic', clientSecret: oidcClientSecret }),
  };
}

/** Tokens of the server, stored as those of an access token that has expired. */
async function connected() {
  const { state, codeChallenge, codeVerifier } = transaction();
  const url = await world.client.authorizationUrl(world.integration, redirectUri, state, { codeChallenge });
  const { searchParams } = await oidc.authorize(url);
  const proof = { codeVerifier, iss: searchParams.get('iss') };
  const code = searchParams.get('code') ?? '';
  const tokens = await world.client.exchangeCode(world.integration, code, redirectUri, proof);
  const integration = await world.connect({ ...tokens, tokenExpiresAt: new Date(Date.now() - 1_000) });
  return { tokens, integration };
}

/** Whether the server still takes a token (RFC 7662). */
async function isActive(token: string): Promise<boolean> {
  const [id, secret] = ['client_secret_post', oidcClientSecret];
  const form = { token, client_id: id, client_secret: secret };
  const request = { method: 'POST', body: new URLSearchParams(form) };
  const response = await fetch(`${oidc.origin}/token/introspection`, request);
  return ((await response.json()) as { active: boolean }).active;
}

const refreshToken = ({ refreshToken: token }: OAuthTokens): string => token ?? '';

describe('a refresh', () => {
  it('gives another access token and another refresh token', async () => {
    const { tokens, integration } = await connected();
    const next = await world.client.refreshToken(integration);
    expect(next.accessToken).not.toBe(tokens.accessToken);
    expect(next.refreshToken).not.toBe(tokens.refreshToken);
  });

  it('is done by the first caller of an expired token, once', async () => {
    const { tokens, integration } = await connected();
    const given = await Promise.all(Array.from({ length: 5 }, () => integration.getAccessToken()));
    expect(new Set(given).size).toBe(1);
    expect(given[0]).not.toBe(tokens.accessToken);
    expect(await oidc.tokenRequests('refresh_token')).toHaveLength(1);
  });

  it('by a token that was used before ends the grant', async () => {
    const { integration } = await connected();
    await world.client.refreshToken(integration);
    await expect(world.client.refreshToken(integration)).rejects.toMatchObject({ code: 'OAUTH_GRANT_INVALID' });
    await expect(integration.getAccessToken()).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
  });

  it('without a refresh token is none', async () => {
    const integration = await world.connect({ refreshToken: null });
    await expect(world.client.refreshToken(integration)).rejects.toMatchObject({ code: 'OAUTH_GRANT_INVALID' });
    expect(await oidc.tokenRequests()).toEqual([]);
  });
});

describe('a revocation', () => {
  it('makes both tokens worthless at the other side', async () => {
    const { tokens, integration } = await connected();
    expect(await isActive(refreshToken(tokens))).toBe(true);
    await world.client.revokeToken(integration);
    expect(await Promise.all([isActive(refreshToken(tokens)), isActive(tokens.accessToken)])).toEqual([false, false]);
  });

  it('may be repeated', async () => {
    const { integration } = await connected();
    await world.client.revokeToken(integration);
    await expect(world.client.revokeToken(integration)).resolves.toBeUndefined();
  });
});
