import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { IntegrationError, type OAuthTokens } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { startMongoProxy, type MongoProxy } from '../../support/mongo-proxy.js';
import { inSeconds, useOAuthInstance } from '../../support/oauth-instance.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const connection = mongoose.createConnection();
let proxy: MongoProxy;

beforeAll(async () => {
  proxy = await startMongoProxy(database.uri);
  await connection.openUri(proxy.uri, { serverSelectionTimeoutMS: 500 });
});
beforeEach(async () => {
  proxy.restore();
  await waitFor(() => connection.db!.command({ ping: 1 }), { timeout: 20_000, interval: 200 });
}, 30_000);
const world = useOAuthInstance({ name: database.name, connection, uri: '' }, { oauth: { refreshWaitSeconds: 8 } });
afterAll(async () => {
  await connection.close();
  await proxy.stop();
});

const timeout = 30_000;
const tokens: OAuthTokens = { accessToken: 'new', refreshToken: 'next', tokenExpiresAt: inSeconds(3_600) };
const stored = { accessToken: 'new', refreshToken: 'next' };

it(
  'a token that comes when the database is away is stored when it is back',
  async () => {
    world.refresh = () => {
      proxy.cut();
      setTimeout(() => proxy.restore(), 2_000);
      return tokens;
    };
    const integration = await world.connect({ expiresInSeconds: -1 });
    const others = await Promise.all(Array.from({ length: 5 }, () => world.stored()));
    const got = await Promise.all([integration, ...others].map((document) => document.getAccessToken()));
    expect(new Set(got)).toEqual(new Set(['new']));
    expect(await (await world.stored()).credentialsArray()).toMatchObject(stored);
    expect(world.asked).toEqual(['first']);
    expect(world.emitted).toEqual([]);
  },
  timeout,
);

it(
  'a token is stored once, although the reply to its write gets lost',
  async () => {
    world.refresh = () => {
      proxy.loseReplies({ to: 'findAndModify', count: 1 });
      return tokens;
    };
    const integration = await world.connect();
    expect(await integration.getAccessToken()).toBe('new');
    expect(proxy.lost()).toBeGreaterThan(0);
    expect(await (await world.stored()).credentialsArray()).toMatchObject(stored);
    expect(integration.credentialVersion).toBe(2);
  },
  timeout,
);

it(
  'the end of a grant is told once, although the reply to its write gets lost',
  async () => {
    world.refresh = () => {
      proxy.loseReplies({ to: 'update', count: 1 });
      throw new IntegrationError('OAUTH_GRANT_INVALID', 'It was taken back.');
    };
    const integration = await world.connect({ expiresInSeconds: -1 });
    await expect(integration.getAccessToken()).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    expect(world.emitted).toEqual(['reauthorizationRequired']);
  },
  timeout,
);

it(
  'a token that is still good is used while the database is away',
  async () => {
    const integration = await world.connect({ accessToken: 'good', expiresInSeconds: 100 });
    proxy.cut();
    expect(await integration.getAccessToken()).toBe('good');
  },
  timeout,
);
