import { describe, expect, it } from 'vitest';
import { hasOAuth2 } from '../../../../lib/index.js';
import { createGitHub, github } from '../../../../providers/github/index.js';
import { createProviderRegistry } from '../../../../providers/registry.js';
import { useDatabase } from '../../../support/database.js';
import { useConnectingApp } from './connecting-app.js';

const oauth = { clientId: 'Iv23spec', clientSecret: 'a secret' };

describe('without OAuth', () => {
  it('the provider does not connect by it', () => {
    expect(hasOAuth2(github)).toBe(false);
    expect(hasOAuth2(createGitHub())).toBe(false);
    expect(hasOAuth2(createGitHub({ oauth }))).toBe(true);
  });

  it('each integration has a token; with it, it may have one', () => {
    const registry = createProviderRegistry();
    registry.register('plain', github);
    registry.register('connectable', createGitHub({ oauth }));
    expect(() => registry.get('plain').validateCredentials({})).toThrow(/token/);
    const { validateCredentials } = registry.get('connectable');
    expect(validateCredentials({})).toEqual({});
    expect(() => validateCredentials({ token: 'glpat-1234567890' })).toThrow(/token/);
    expect(() => validateCredentials({ accessToken: 'ghu_x' })).toThrow(/accessToken/);
  });
});

describe('a personal access token, beside OAuth', () => {
  const database = useDatabase();
  const app = useConnectingApp(database, { kind: 'github-app' });
  const lastAuthorization = () => app.api.requests.at(-1)?.headers.authorization;

  it('works without a connection', async () => {
    const integration = await app.create({ token: app.api.token });
    await expect(integration.at('/user').get()).resolves.toMatchObject({ login: 'octokit-fixture-user-a' });
    expect(app.tokenRequests()).toEqual([]);
  });

  it('steps back behind a connection, and is there after it', async () => {
    const integration = await app.connected({ token: app.api.token });
    await integration.at('/user').get();
    expect(lastAuthorization()).toMatch(/^Bearer ghu_/);
    await app.revoke(integration);
    await (await app.stored(integration)).at('/user').get();
    expect(lastAuthorization()).toBe(`Bearer ${app.api.token}`);
  });

  it('is what calls say is missing, where there is neither', async () => {
    const integration = await app.create();
    const calls = app.api.requests.length;
    await expect(integration.at('/user').get()).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    expect(await app.integrations.healthCheck(integration)).toMatchObject({ healthy: false });
    expect(app.api.requests).toHaveLength(calls);
  });
});
