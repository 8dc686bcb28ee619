import { describe, expect, it, vi } from 'vitest';
import { IntegrationError, type OAuthTokens } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { inSeconds, useOAuthInstance } from '../../support/oauth-instance.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const world = useOAuthInstance(database);

const tokens: OAuthTokens = { accessToken: 'new', refreshToken: 'next', tokenExpiresAt: inSeconds(3_600) };
const collection = () => world.integrations.models.Integration.collection;
const change = (fields: object) => collection().updateOne({ _id: world.integration._id }, { $set: fields });
const credentials = async () => (await world.stored()).getCredentials();

describe('an integration that is deleted while its token is refreshed', () => {
  it('stays deleted', async () => {
    world.refresh = async () => {
      await world.integrations.delete(world.integration);
      return tokens;
    };
    const integration = await world.connect();
    await expect(integration.getAccessToken()).rejects.toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
    expect(await collection().countDocuments({ _id: integration._id })).toBe(0);
  });
});

describe('an integration that was revoked', () => {
  it('is not refreshed, however old the document is', async () => {
    await world.connect({ expiresInSeconds: -1 });
    const stale = await world.stored();
    await world.integrations.oauth.revoke(world.integration.id);
    expect(await stale.getAccessToken()).toBeNull();
    expect(world.asked).toEqual([]);
  });
});

describe('a token that its server gives as expired already', () => {
  it('is used, and not refreshed over and over', async () => {
    world.refresh = () => ({ ...tokens, tokenExpiresAt: inSeconds(-3_600) });
    await world.connect();
    const callers = await Promise.all(Array.from({ length: 10 }, () => world.stored()));
    expect(new Set(await Promise.all(callers.map((caller) => caller.getAccessToken())))).toEqual(new Set(['new']));
    expect(await (await world.stored()).getAccessToken()).toBe('new');
    expect(world.asked).toEqual(['first']);
  });
});

describe('after failures', () => {
  const failing = (error: Error) => () => Promise.reject(error);

  /** Once the time is over in which nobody tries again. */
  async function tryAgain(): Promise<void> {
    const waiting = { _id: world.integration._id, tokenRefresh: { $ne: null } };
    await collection().updateOne(waiting, { $set: { 'tokenRefresh.until': new Date(0) } });
    await (await world.stored()).getAccessToken().catch(() => undefined);
  }

  it('waits for longer each time', async () => {
    world.refresh = failing(new Error('away'));
    await world.connect({ expiresInSeconds: -1 });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      await tryAgain();
      waits.push(Math.round(((await world.stored()).tokenRefresh!.until.getTime() - Date.now()) / 1_000));
    }
    for (const [attempt, seconds] of [2, 4, 8, 16, 32, 60, 60].entries()) {
      expect(waits[attempt]).toBeGreaterThan(seconds * 0.6 - 1);
      expect(waits[attempt]).toBeLessThanOrEqual(seconds);
    }
  });

  it.each([
    ['error', new IntegrationError('OAUTH_CLIENT_INVALID', 'Who?')],
    ['warn', new Error('away')],
  ])('tells the log as %s', async (level, error) => {
    world.refresh = failing(error);
    await world.connect({ expiresInSeconds: -1 });
    await tryAgain();
    expect(world.logger.lines).toMatchObject([{ level }]);
  });

  it('tries again when that is over', async () => {
    world.refresh = failing(new Error('away'));
    await world.connect({ expiresInSeconds: -1 });
    await tryAgain();
    world.refresh = () => tokens;
    await tryAgain();
    expect(await credentials()).toMatchObject({ accessToken: 'new' });
    expect(await world.stored()).toMatchObject({ tokenRefresh: null });
  });

  it.each([
    ['an answer that came too late', new IntegrationError('ATTEMPT_TIMEOUT', 'Late.'), 'answer_lost'],
    ['an answer that could not be used', new IntegrationError('OAUTH_TOKEN_INVALID', 'Odd.'), 'answer_lost'],
    ['a refusal for now', new IntegrationError('OAUTH_EXCHANGE_FAILED', 'Not now.'), 'revoked'],
  ])('says why it is over after %s', async (_title, error, reason) => {
    const reasons: string[] = [];
    const off = world.integrations.on('reauthorizationRequired', (event) => reasons.push(event.reason));
    await world.connect({ expiresInSeconds: -1 });
    world.refresh = failing(error);
    await tryAgain();
    world.refresh = failing(new IntegrationError('OAUTH_GRANT_INVALID', 'Used before.'));
    await tryAgain();
    await waitFor(() => expect(reasons).toEqual([reason]));
    off();
  });
});

describe('an answer that comes when another process has found the grant to be over', () => {
  const endedMeanwhile = async () => {
    await change({ grantEndedAt: new Date(), authStatus: 'needsReauthorization', tokenRefresh: null });
    return tokens;
  };

  it('is stored, and heals the integration where it is good', async () => {
    world.refresh = endedMeanwhile;
    await (await world.connect()).getAccessToken();
    expect(await world.stored()).toMatchObject({ authStatus: 'needsReauthorization', grantEndedAt: null });
    world.refresh = () => ({ ...tokens, accessToken: 'newer' });
    await world.integrations.models.Integration.updateOne(
      { _id: world.integration._id },
      { tokenExpiresAt: new Date(0) },
    );
    expect(await (await world.stored()).getAccessToken()).toBe('newer');
    expect(world.asked).toEqual(['first', 'next']);
    expect(await world.stored()).toMatchObject({ authStatus: 'connected' });
  });
});

describe('an answer that comes when another process has refreshed', () => {
  it('is dropped where the refresh token stays the same', async () => {
    world.refresh = async () => {
      await world.connect({ accessToken: 'newest', refreshToken: 'first', expiresInSeconds: 3_600 });
      return { ...tokens, accessToken: 'late', refreshToken: 'first' };
    };
    expect(await (await world.connect()).getAccessToken()).toBe('newest');
  });
});

describe('idle', () => {
  const stopping = useOAuthInstance(database, { prefix: 'stopping' });

  it('is what stop() waits for', async () => {
    let answer: (tokens: OAuthTokens) => void = () => undefined;
    stopping.refresh = () => new Promise((resolve) => (answer = resolve));
    const integration = await stopping.connect();
    const call = integration.getAccessToken();
    await waitFor(() => expect(stopping.asked).toHaveLength(1));
    const stopped = vi.fn();
    const stop = stopping.integrations.stop().then(stopped);
    await waitFor(() => expect(integration.at('/').get(() => 1)).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' }));
    expect(stopped).not.toHaveBeenCalled();
    answer(tokens);
    await stop;
    expect(await (await stopping.stored()).credentialsArray()).toMatchObject({ accessToken: 'new' });
    expect(await call).toBe('new');
  });
});
