import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import { redirectUri, transaction, useOAuthClient } from '../../../support/oidc-client-world.js';
import { useOidcServer } from '../../../support/oidc-server.js';
import { oidcClientSecret } from '../../../support/oidc-server-settings.js';

const database = useDatabase();
const oidc = useOidcServer({ redirectUris: [redirectUri] });
const world = useOAuthClient(
  database,
  () => ({ issuer: oidc.origin, grant: 'client_credentials', scopes: ['contacts.read'] }),
  { credentials: () => ({ clientId: 'client_secret_basic', clientSecret: oidcClientSecret }) },
);

const stored = () => world.integrations.models.Integration.findById(world.integration._id).orFail();

describe('an integration that connects without a user', () => {
  it('gets its first token when it is needed', async () => {
    expect(world.integration.tokenExpiresSoon()).toBe(true);
    expect(await world.integration.getAccessToken()).toEqual(expect.any(String));
    expect(await stored()).toMatchObject({ authStatus: 'connected', grantedScopes: ['contacts.read'] });
  });

  it('has one before a call is made', async () => {
    const { integration } = world;
    const call = integration.at('contacts').get(async () => (await integration.credentialsArray()).accessToken);
    expect(await call).toEqual(expect.any(String));
  });

  it('gets one for all callers', async () => {
    const documents = await Promise.all(Array.from({ length: 10 }, stored));
    const tokens = await Promise.all(documents.map((document) => document.getAccessToken()));
    expect(new Set(tokens).size).toBe(1);
    expect(await oidc.tokenRequests('client_credentials')).toHaveLength(1);
  });

  it('gets the next one when the first has expired', async () => {
    const first = await world.integration.getAccessToken();
    const expired = await world.connect({ accessToken: first ?? '', tokenExpiresAt: new Date(Date.now() - 1_000) });
    expect(await expired.getAccessToken()).not.toBe(first);
    expect(await oidc.tokenRequests('client_credentials')).toHaveLength(2);
  });

  it('gets none where the client is not accepted, and stays connectable', async () => {
    await world.integrations.update(world.integration, {
      credentials: { clientId: 'client_secret_basic', clientSecret: 'wrong' },
    });
    await expect((await stored()).getAccessToken()).rejects.toMatchObject({
      code: 'OAUTH_REFRESH_FAILED',
      cause: { code: 'OAUTH_CLIENT_INVALID' },
    });
    expect(await stored()).toMatchObject({ authStatus: 'none', tokens: null });
  });

  it('has no use for a user', async () => {
    const { client, integration } = world;
    const { state, codeChallenge, codeVerifier } = transaction();
    const missing = { code: 'CAPABILITY_MISSING' };
    await expect(client.authorizationUrl(integration, redirectUri, state, { codeChallenge })).rejects.toMatchObject(
      missing,
    );
    const exchange = client.exchangeCode(integration, 'code', redirectUri, { codeVerifier, iss: null });
    await expect(exchange).rejects.toMatchObject(missing);
    expect(client.connectsWithoutUser).toBe(true);
  });

  it('tells what it asks for', () => {
    expect(world.client.requestedScopes?.(world.integration)).toEqual(['contacts.read']);
  });
});
