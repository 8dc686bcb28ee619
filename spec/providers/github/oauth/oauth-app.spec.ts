import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import { useConnectingApp } from './connecting-app.js';

const database = useDatabase();
const scopes = ['repo', 'read:org', 'repo:status'];
const app = useConnectingApp(database, { kind: 'oauth-app', oauth: { scopes } });

describe('connecting by an OAuth app', () => {
  it('stores a token that does not expire', async () => {
    const integration = await app.connected();
    expect(await app.accessToken(integration)).toMatch(/^gho_/);
    expect(await app.row(integration)).toMatchObject({ authStatus: 'connected', tokenExpiresAt: null });
    await expect(integration.at('/user').get()).resolves.toMatchObject({ login: 'octokit-fixture-user-a' });
    expect(app.tokenRequests()).toHaveLength(1);
  });

  it('asks for scopes with commas, without those that others hold', async () => {
    const { _id } = await app.connected();
    const asked = app.api.requests.findLast(({ path }) => path === '/login/oauth/authorize');
    expect(asked?.query.scope).toBe('repo,read:org');
    const { grantedScopes } = await app.integrations.models.Integration.findById(_id).orFail();
    expect(grantedScopes).toEqual(['repo', 'read:org']);
  });

  it('says which scopes were not granted', async () => {
    app.api.authorizationServer.decide({ scopes: ['public_repo', 'read:org'] });
    const integration = await app.create();
    expect((await app.connect(integration)).text).toContain('Not granted: repo');
    expect(await app.row(integration)).toMatchObject({ grantedScopes: ['public_repo', 'read:org'] });
    expect(app.logger.lines).toContainEqual(
      expect.objectContaining({ meta: expect.objectContaining({ missingScopes: ['repo'] }) }),
    );
  });

  it('has nothing to refresh where GitHub refuses the token', async () => {
    const integration = await app.connected();
    const accessToken = await app.accessToken(integration);
    await app.connect(integration);
    app.api.failNext([{ status: 401 }]);
    await expect(integration.at('/user').get()).rejects.toMatchObject({ statusCode: 401 });
    expect(app.tokenRequests().map(({ grant_type }) => grant_type)).not.toContain('refresh_token');
    expect(await app.isGood(accessToken)).toBe(true);
  });

  it('ends by the same DELETE', async () => {
    const integration = await app.connected();
    const accessToken = await app.accessToken(integration);
    await app.revoke(integration);
    expect(await app.isGood(accessToken)).toBe(false);
  });
});
