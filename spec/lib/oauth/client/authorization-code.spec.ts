import { describe, expect, it } from 'vitest';
import type { OAuth2ClientConfig } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { redirectUri, transaction, useOAuthClient } from '../../../support/oidc-client-world.js';
import { useOidcServer } from '../../../support/oidc-server.js';
import { oidcClientSecret } from '../../../support/oidc-server-settings.js';

const database = useDatabase();
const oidc = useOidcServer({ redirectUris: [redirectUri] });
const world = useOAuthClient(database, () => configOf('client_secret_basic'));

function configOf(clientId: string, more: Partial<OAuth2ClientConfig> = {}): OAuth2ClientConfig {
  return {
    issuer: oidc.origin,
    scopes: ['openid', 'contacts.read'],
    client: () => ({ clientId, clientSecret: oidcClientSecret }),
    ...more,
  };
}

/** A code that the server gave, and what it was asked for with. */
async function consent(config = configOf('client_secret_basic')) {
  const client = world.with(config);
  const { state, codeChallenge, codeVerifier } = transaction();
  const url = await client.authorizationUrl(world.integration, redirectUri, state, { codeChallenge });
  const { searchParams } = await oidc.authorize(url, { account: 'bob' });
  expect(searchParams.get('state')).toBe(state);
  const proof = { codeVerifier, iss: searchParams.get('iss') };
  return { client, url: new URL(url), code: searchParams.get('code') ?? '', proof };
}

async function connect(config?: OAuth2ClientConfig) {
  const { client, code, proof } = await consent(config);
  return client.exchangeCode(world.integration, code, redirectUri, proof);
}

describe('a connection with a real authorization server', () => {
  it('gives tokens, who has signed in, and what was granted', async () => {
    expect(await connect()).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      tokenExpiresAt: expect.any(Date),
      scopes: ['openid', 'contacts.read'],
      account: 'bob',
      additional: {},
    });
  });

  it('knows when the token expires', async () => {
    const before = Date.now();
    const { tokenExpiresAt } = await connect();
    expect(tokenExpiresAt!.getTime()).toBeGreaterThanOrEqual(before + 3_599_000);
    expect(tokenExpiresAt!.getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });

  it.each(['client_secret_basic', 'client_secret_post'] as const)('authenticates by %s', async (method) => {
    await connect(configOf(method, { clientAuthentication: method }));
    expect(await oidc.tokenRequests()).toMatchObject([{ clientId: method, status: 200 }]);
  });

  it('authenticates by private_key_jwt, where there is a key', async () => {
    const { privateJwk } = oidc;
    const client = () => ({ clientId: 'private_key_jwt', privateKey: privateJwk, keyId: 'spec-ES256' });
    await connect(configOf('private_key_jwt', { client }));
    expect(await oidc.tokenRequests()).toMatchObject([{ clientId: 'private_key_jwt', status: 200 }]);
  });

  it('addresses assertions to the token endpoint, where that is asked for', async () => {
    const client = () => ({ clientId: 'private_key_jwt', privateKey: JSON.stringify(oidc.privateJwk) });
    await connect(configOf('private_key_jwt', { client, assertionAudience: 'tokenEndpoint' }));
    expect(await oidc.tokenRequests()).toMatchObject([{ clientId: 'private_key_jwt', status: 200 }]);
  });

  it('needs no secret for a public client', async () => {
    await connect(configOf('none', { client: () => ({ clientId: 'none' }) }));
    expect(await oidc.tokenRequests()).toMatchObject([{ clientId: 'none', status: 200 }]);
  });

  it('takes the client from the credentials by default', async () => {
    const credentials = { clientId: 'client_secret_basic', clientSecret: oidcClientSecret };
    const integration = await world.integrations.update(world.integration, { credentials });
    const client = world.with({ issuer: oidc.origin, scopes: ['openid'] });
    const { state, codeChallenge } = transaction();
    const url = await client.authorizationUrl(integration, redirectUri, state, { codeChallenge });
    expect(new URL(url).searchParams.get('client_id')).toBe('client_secret_basic');
  });
});

describe('the authorization URL', () => {
  it('holds what the server has to know, and proves by S256', async () => {
    const { state, codeChallenge } = transaction();
    const url = await world.client.authorizationUrl(world.integration, redirectUri, state, { codeChallenge });
    const parameters = Object.fromEntries(new URL(url).searchParams);
    expect(parameters).toEqual({
      client_id: 'client_secret_basic',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid contacts.read',
      state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('has another nonce for each transaction', async () => {
    const urls = await Promise.all([consent(), consent()]);
    expect(new Set(urls.map(({ url }) => url.searchParams.get('nonce'))).size).toBe(2);
  });
});

describe('an exchange that the server refuses', () => {
  const grantInvalid = { code: 'OAUTH_GRANT_INVALID', details: { status: 400, error: 'invalid_grant' } };

  it('is over for a code that was used', async () => {
    const { client, code, proof } = await consent();
    await client.exchangeCode(world.integration, code, redirectUri, proof);
    const again = client.exchangeCode(world.integration, code, redirectUri, proof);
    await expect(again).rejects.toMatchObject(grantInvalid);
  });

  it('is over for somebody else’s code: the verifier does not fit', async () => {
    const { client, code, proof } = await consent();
    const stolen = { ...proof, codeVerifier: transaction().codeVerifier };
    const exchange = client.exchangeCode(world.integration, code, redirectUri, stolen);
    await expect(exchange).rejects.toMatchObject(grantInvalid);
  });

  it('is over for another redirect URI', async () => {
    const { client, code, proof } = await consent();
    const exchange = client.exchangeCode(world.integration, code, `${redirectUri}/other`, proof);
    await expect(exchange).rejects.toMatchObject(grantInvalid);
  });

  it('tells of a client that is not accepted', async () => {
    const client = () => ({ clientId: 'client_secret_basic', clientSecret: 'wrong' });
    await expect(connect(configOf('client_secret_basic', { client }))).rejects.toMatchObject({
      code: 'OAUTH_CLIENT_INVALID',
      details: { status: 401, error: 'invalid_client' },
    });
  });

  it('may be begun again where the server is down, and is not repeated', async () => {
    const { client, code, proof } = await consent();
    await oidc.behave({ failWith: 503 });
    const exchange = client.exchangeCode(world.integration, code, redirectUri, proof);
    await expect(exchange).rejects.toMatchObject({ code: 'RETRYABLE', details: { status: 503 } });
    expect(await oidc.tokenRequests()).toHaveLength(1);
  });

  it('shows no secret in what it raises', async () => {
    const { client, code, proof } = await consent();
    await client.exchangeCode(world.integration, code, redirectUri, proof);
    const error: unknown = await client
      .exchangeCode(world.integration, code, redirectUri, proof)
      .catch((thrown: unknown) => thrown);
    const { message, details, cause } = error as Error & { details: unknown };
    const shown = JSON.stringify({ message, details, cause });
    for (const secret of [code, proof.codeVerifier, oidcClientSecret]) expect(shown).not.toContain(secret);
  });

  it('leaves nothing in the request log', async () => {
    await connect();
    expect(await world.integration.requests()).toEqual([]);
  });
});

describe('the issuer of an authorization response', () => {
  const mismatch = { code: 'OAUTH_ISSUER_MISMATCH' };

  it.each([
    ['of another server', 'https://evil.example'],
    ['that only means the same', 'slash'],
    ['that is missing, where the metadata says that it is always there', null],
  ])('is refused if it is one %s', async (_title, given) => {
    const { client, code, proof } = await consent();
    const iss = given === 'slash' ? `${oidc.origin}/` : given;
    const exchange = client.exchangeCode(world.integration, code, redirectUri, { ...proof, iss });
    await expect(exchange).rejects.toMatchObject(mismatch);
    expect(await oidc.tokenRequests()).toEqual([]);
  });

  it('may be missing, where nothing says that it is always there', async () => {
    const { client, code, proof } = await consent(configOf('client_secret_basic', { requireIssuerParameter: false }));
    const exchange = client.exchangeCode(world.integration, code, redirectUri, { ...proof, iss: null });
    expect(await exchange).toMatchObject({ account: 'bob' });
  });

  it('is known before anything is asked for', async () => {
    const issuer = await world.client.authorizationIssuer?.(world.integration);
    expect(issuer).toEqual({ issuer: oidc.origin, isAlwaysSent: true });
  });
});
