import { describe, expect, it } from 'vitest';
import { IntegrationError } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { inSeconds, useOAuthInstance } from '../../support/oauth-instance.js';

const database = useDatabase();
const world = useOAuthInstance(database);

const invalidGrant = () => {
  throw new IntegrationError('OAUTH_GRANT_INVALID', 'The refresh token was used twice.');
};

describe('getAccessToken()', () => {
  it('gives the stored token', async () => {
    const integration = await world.connect({ accessToken: 'good', expiresInSeconds: 3_600 });
    expect(await integration.getAccessToken()).toBe('good');
    expect(world.asked).toEqual([]);
  });

  it('gives null where there is none', async () => {
    expect(await world.integration.getAccessToken()).toBeNull();
  });

  it('refreshes one that expires soon, first', async () => {
    const integration = await world.connect();
    expect(await integration.getAccessToken()).toBe('new');
    expect(world.asked).toEqual(['first']);
  });

  it('takes the one that another process has refreshed, however old the document is', async () => {
    const old = await world.connect();
    await (await world.stored()).getAccessToken();
    expect(await old.getAccessToken()).toBe('new');
    expect(world.asked).toEqual(['first']);
  });

  it('asks once for all callers of a process', async () => {
    const integration = await world.connect();
    const others = await Promise.all(Array.from({ length: 20 }, () => world.stored()));
    const tokens = await Promise.all([integration, ...others].map((document) => document.getAccessToken()));
    expect(new Set(tokens)).toEqual(new Set(['new']));
    expect(world.asked).toEqual(['first']);
  });

  it('gives the old one while it is good, where it cannot be refreshed', async () => {
    world.refresh = () => Promise.reject(new Error('away'));
    const integration = await world.connect({ expiresInSeconds: 100 });
    expect(await integration.getAccessToken()).toBe('old');
    expect(world.emitted).toEqual(['oauthRefreshFailed']);
  });

  it('fails where the old one has expired', async () => {
    world.refresh = () => Promise.reject(new Error('away'));
    const integration = await world.connect({ expiresInSeconds: -1 });
    await expect(integration.getAccessToken()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_FAILED' });
  });

  it('does not ask again at once after a failure', async () => {
    world.refresh = () => Promise.reject(new Error('away'));
    const integration = await world.connect({ expiresInSeconds: -1 });
    for (let call = 0; call < 3; call += 1) await integration.getAccessToken().catch(() => undefined);
    expect(world.asked).toEqual(['first']);
  });
});

describe('tokenExpiresSoon()', () => {
  it.each([
    ['its expiry is within the threshold', 299, true],
    ['it has expired', -10, true],
    ['its expiry is an hour away', 3_600, false],
    ['the other side does not say', null, false],
  ])('where %s', async (_title, expiresInSeconds, expected) => {
    const integration = await world.connect({ expiresInSeconds });
    expect(integration.tokenExpiresSoon()).toBe(expected);
  });
});

describe('a refresh', () => {
  it('stores new tokens and keeps the credentials', async () => {
    const integration = await world.connect();
    expect(await integration.refreshTokenIfNeeded()).toBe(true);
    expect(await (await world.stored()).getCredentials()).toMatchObject({
      clientId: 'me',
      accessToken: 'new',
      refreshToken: 'next',
    });
  });

  it('keeps the refresh token that the answer does not replace', async () => {
    world.refresh = () => ({ accessToken: 'new', refreshToken: null, tokenExpiresAt: inSeconds(3_600) });
    await (await world.connect()).refreshTokenIfNeeded();
    expect(await (await world.stored()).getCredentials()).toMatchObject({ refreshToken: 'first' });
  });

  it('shows in the document, which does not write it when it is saved', async () => {
    const integration = await world.connect();
    await integration.refreshTokenIfNeeded();
    expect(integration.tokenExpiresAt!.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    expect(integration.isModified()).toBe(false);
  });

  it('of a token whose answer cannot be used fails, and leaves what is stored', async () => {
    world.refresh = () => ({ accessToken: '', refreshToken: null, tokenExpiresAt: null });
    const integration = await world.connect({ expiresInSeconds: -1 });
    await expect(integration.getAccessToken()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_FAILED' });
    expect(await (await world.stored()).credentialsArray()).toMatchObject({ accessToken: 'old' });
  });

  it('does not drop the new token where the credentials are edited meanwhile', async () => {
    world.refresh = async () => {
      await world.integrations.update(world.integration, { credentials: { clientId: 'edited' } });
      return { accessToken: 'new', refreshToken: 'next', tokenExpiresAt: inSeconds(3_600) };
    };
    const integration = await world.connect();
    expect(await integration.getAccessToken()).toBe('new');
    expect(await (await world.stored()).getCredentials()).toMatchObject({ clientId: 'edited', refreshToken: 'next' });
  });

  it('does not undo a connection that was made meanwhile', async () => {
    world.refresh = async () => {
      await world.connect({ accessToken: 'reconnected', refreshToken: 'fresh', expiresInSeconds: 3_600 });
      return { accessToken: 'late', refreshToken: 'late', tokenExpiresAt: inSeconds(3_600) };
    };
    const integration = await world.connect();
    expect(await integration.getAccessToken()).toBe('reconnected');
  });
});

describe('a grant that is not accepted any more', () => {
  it('is asked for once, and told of once', async () => {
    world.refresh = invalidGrant;
    const integration = await world.connect({ expiresInSeconds: -1 });
    for (let call = 0; call < 3; call += 1) {
      await expect((await world.stored()).getAccessToken()).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    }
    expect(world.asked).toEqual(['first']);
    expect(world.emitted).toEqual(['reauthorizationRequired']);
    expect(await world.stored()).toMatchObject({ id: integration.id, authStatus: 'needsReauthorization' });
  });

  it('leaves the old token to callers while it is good', async () => {
    world.refresh = invalidGrant;
    const integration = await world.connect({ expiresInSeconds: 100 });
    expect(await integration.getAccessToken()).toBe('old');
  });

  it('is not asked again because calls with the old token succeed', async () => {
    world.refresh = invalidGrant;
    const integration = await world.connect({ expiresInSeconds: 100 });
    await integration.getAccessToken();
    await (await world.stored()).recordSuccess();
    await (await world.stored()).getAccessToken();
    expect(world.asked).toEqual(['first']);
    expect(await world.stored()).toMatchObject({ authStatus: 'needsReauthorization' });
  });
});
