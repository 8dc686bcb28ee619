import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import { useConnectingApp } from './connecting-app.js';
import { waitFor } from '../../../support/wait-for.js';

const database = useDatabase();
const app = useConnectingApp(database, { kind: 'github-app' });

const refreshes = () => app.tokenRequests().filter(({ grant_type }) => grant_type === 'refresh_token');

describe('a token that has expired', () => {
  it('is replaced in the course of a call', async () => {
    const integration = await app.connected();
    const old = await app.accessToken(integration);
    app.api.authorizationServer.expireAccessTokens();
    await expect(integration.at('/user').get()).resolves.toMatchObject({ login: 'octokit-fixture-user-a' });
    expect(await app.accessToken(await app.stored(integration))).not.toBe(old);
    expect(refreshes()).toHaveLength(1);
  });

  it('is replaced with the refresh token that came last: each works once', async () => {
    const integration = await app.connected();
    const useExpired = () => {
      app.api.authorizationServer.expireAccessTokens();
      return integration.at('/user').get();
    };
    await useExpired();
    await useExpired();
    const [first, second] = refreshes().map(({ refresh_token }) => refresh_token);
    expect([first, second]).toEqual([expect.stringMatching(/^ghr_/), expect.stringMatching(/^ghr_/)]);
    expect(first).not.toBe(second);
  });

  it('is replaced before a call where its time is over', async () => {
    const integration = await app.connected();
    const past = new Date(Date.now() - 1_000);
    const { _id } = integration;
    const $set = { tokenExpiresAt: past, tokenRefreshAt: past };
    await app.integrations.models.Integration.collection.updateOne({ _id }, { $set });
    await (await app.stored(integration)).at('/user').get();
    expect(refreshes()).toHaveLength(1);
    expect((await app.row(integration)).tokenExpiresAt!.getTime()).toBeGreaterThan(Date.now());
  });
});

describe('a refresh token that GitHub does not take', () => {
  const told: string[] = [];
  beforeAll(() => {
    app.integrations.on('reauthorizationRequired', ({ integration }) => void told.push(integration.id));
  });

  it('ends the connection, once, and nothing is asked for after that', async () => {
    const integration = await app.connected();
    app.api.authorizationServer.expireRefreshTokens();
    await expect(integration.at('/user').get()).rejects.toMatchObject({ statusCode: 401 });
    await waitFor(() => expect(told).toContain(integration.id));
    const stored = await app.stored(integration);
    expect(stored.authStatus).toBe('needsReauthorization');
    await stored
      .at('/user')
      .get()
      .catch(() => null);
    expect(refreshes()).toHaveLength(1);
    expect(told.filter((id) => id === integration.id)).toHaveLength(1);
  });

  it('leaves it to the user to connect again', async () => {
    const integration = await app.connected();
    app.api.authorizationServer.expireRefreshTokens();
    await integration
      .at('/user')
      .get()
      .catch(() => null);
    await app.connect(integration);
    await expect((await app.stored(integration)).at('/user').get()).resolves.toBeDefined();
  });
});
