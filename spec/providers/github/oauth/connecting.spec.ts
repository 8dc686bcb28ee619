import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import { useConnectingApp } from './connecting-app.js';

const database = useDatabase();
const app = useConnectingApp(database, { kind: 'github-app' });

const eightHoursMs = 8 * 3_600_000;

describe('connecting by a GitHub App', () => {
  it('stores tokens that expire in eight hours, and whose account it is', async () => {
    const integration = await app.create();
    const before = Date.now();
    expect(await app.connect(integration)).toMatchObject({ status: 200, text: expect.stringContaining('Connected') });
    const { authStatus, tokenExpiresAt, connectedAccount, grantedScopes } = await app.row(integration);
    expect({ authStatus, connectedAccount, grantedScopes }).toEqual({
      authStatus: 'connected',
      connectedAccount: expect.stringMatching(/^\d+$/),
      grantedScopes: [],
    });
    expect(tokenExpiresAt!.getTime()).toBeGreaterThanOrEqual(before + eightHoursMs - 1_000);
    expect(tokenExpiresAt!.getTime()).toBeLessThanOrEqual(Date.now() + eightHoursMs);
  });

  it('makes calls with the token', async () => {
    const integration = await app.connected();
    await expect(integration.at('/repos/{owner}/{repo}/issues').get()).resolves.toHaveLength(13);
    const { authorization } = app.api.requests.at(-1)!.headers;
    expect(authorization).toMatch(/^Bearer ghu_/);
    expect(authorization).toBe(`Bearer ${await app.accessToken(integration)}`);
  });

  it('asks for JSON, with the proof of PKCE and the secret in the body alone', async () => {
    await app.connected();
    const asked = app.api.requests.filter(({ path }) => path.startsWith('/login/')).slice(-2);
    expect(asked).toMatchObject([
      { query: { client_id: app.registered.clientId, code_challenge_method: 'S256' } },
      { method: 'POST', headers: { accept: 'application/json' } },
    ]);
    expect(asked[0]!.query).not.toHaveProperty('scope');
    expect(asked[1]!.headers).not.toHaveProperty('authorization');
    expect(app.tokenRequests()).toMatchObject([
      { client_secret: app.registered.clientSecret, code_verifier: expect.stringMatching(/^[\w.~-]{43,128}$/) },
    ]);
  });

  it('stores nothing where the user does not agree', async () => {
    const integration = await app.create();
    const before = await app.row(integration);
    app.api.authorizationServer.decide({ agrees: false });
    const { status, text } = await app.connect(integration);
    expect(status).toBe(403);
    expect(text).toContain('The user has denied your application access.');
    expect(await app.row(integration)).toEqual(before);
  });

  it('stores nothing where GitHub does not take the code, and says so at 200', async () => {
    const integration = await app.create();
    const before = await app.row(integration);
    const refusal = { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' };
    app.api.failNext([{}, { status: 200, body: JSON.stringify(refusal) }]);
    expect((await app.connect(integration)).status).toBeGreaterThanOrEqual(400);
    expect(app.tokenRequests()).toHaveLength(1);
    expect(await app.row(integration)).toEqual(before);
  });

  it('tells a secret that GitHub does not take from a code', async () => {
    const integration = await app.create();
    app.api.failNext([{}, { status: 200, body: '{"error":"incorrect_client_credentials"}' }]);
    await app.connect(integration);
    expect(app.logger.lines).toContainEqual(
      expect.objectContaining({ meta: expect.objectContaining({ code: 'OAUTH_CLIENT_INVALID' }) }),
    );
  });
});

describe('connecting again', () => {
  it('is for the same account: another is refused, and what it was given is taken back', async () => {
    const integration = await app.connected();
    const before = await app.row(integration);
    app.api.authorizationServer.decide({ login: 'octokit-fixture-user-b' });
    const { status } = await app.connect(integration);
    expect(status).toBe(409);
    expect(await app.row(integration)).toEqual(before);
    expect(app.requests('DELETE')).toEqual([`/applications/${app.registered.clientId}/token`]);
    await expect(integration.at('/user').get()).resolves.toMatchObject({ login: 'octokit-fixture-user-a' });
  });

  it('gives the same account other tokens', async () => {
    const integration = await app.connected();
    const old = await app.accessToken(integration);
    expect((await app.connect(integration)).status).toBe(200);
    expect(await app.accessToken(await app.stored(integration))).not.toBe(old);
  });
});
