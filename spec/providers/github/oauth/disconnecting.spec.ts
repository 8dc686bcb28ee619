import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import { useConnectingApp } from './connecting-app.js';

const database = useDatabase();

describe('disconnecting', () => {
  const app = useConnectingApp(database, { kind: 'github-app' });

  it('has GitHub forget the token, by DELETE', async () => {
    const integration = await app.connected();
    const accessToken = await app.accessToken(integration);
    expect((await app.revoke(integration)).status).toBe(200);
    expect(app.requests('DELETE')).toEqual([`/applications/${app.registered.clientId}/token`]);
    expect(await app.isGood(accessToken)).toBe(false);
    expect(await app.row(integration)).toMatchObject({ authStatus: 'revoked', tokens: null });
  });

  it('leaves other integrations of the same user alone', async () => {
    const [one, other] = [await app.connected(), await app.connected()];
    await app.revoke(one);
    expect(await app.isGood(await app.accessToken(other))).toBe(true);
  });

  it('gets another token to name the connection by, where the old one has expired', async () => {
    const integration = await app.connected();
    app.api.authorizationServer.expireAccessTokens();
    await app.revoke(integration);
    expect(app.tokenRequests().map(({ grant_type }) => grant_type)).toEqual(['authorization_code', 'refresh_token']);
    expect(app.requests('DELETE')).toHaveLength(2);
    expect(app.logger.lines).not.toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  it('asks no more where the connection has ended by itself', async () => {
    const integration = await app.connected();
    app.api.authorizationServer.expireRefreshTokens();
    await app.revoke(integration);
    expect(await app.row(integration)).toMatchObject({ authStatus: 'revoked', tokens: null });
    expect(app.logger.lines).not.toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  it('ends it here in any case', async () => {
    const integration = await app.connected();
    app.api.failNext([{ status: 503 }]);
    expect((await app.revoke(integration)).status).toBe(200);
    expect(await app.row(integration)).toMatchObject({ authStatus: 'revoked', tokens: null });
    expect(app.logger.lines).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  it('leaves nothing to make calls with', async () => {
    const integration = await app.connected();
    await app.revoke(integration);
    const calls = app.api.requests.length;
    const call = (await app.stored(integration)).at('/user').get();
    await expect(call).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    expect(app.api.requests).toHaveLength(calls);
  });
});

describe('disconnecting with `revokes: grant`', () => {
  const app = useConnectingApp(database, { kind: 'github-app', oauth: { revokes: 'grant' } });

  it('ends all that the user has authorized the app to', async () => {
    const [one, other] = [await app.connected(), await app.connected()];
    const tokens = [await app.accessToken(one), await app.accessToken(other)];
    await app.revoke(one);
    expect(app.requests('DELETE')).toEqual([`/applications/${app.registered.clientId}/grant`]);
    expect(await Promise.all(tokens.map((token) => app.isGood(token)))).toEqual([false, false]);
  });
});
