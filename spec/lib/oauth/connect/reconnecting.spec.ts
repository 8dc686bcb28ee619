import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { AuthenticatedUser, IntegrationFields } from '../../../../lib/index.js';
import { useAuthorizationServer } from '../../../support/authorization-server.js';
import { useDatabase } from '../../../support/database.js';
import { useOAuthApp } from '../../../support/oauth-app.js';

const database = useDatabase();
const server = useAuthorizationServer();

/** Whose tokens do not say whose they are: it asks with them. */
const identified: string[] = [];
let identify: () => Promise<AuthenticatedUser>;
const asking = () => {
  const provider = server.provider();
  return {
    ...provider,
    exchangeCode: async (...given: Parameters<typeof provider.exchangeCode>) => {
      const tokens = await provider.exchangeCode(...given);
      return { ...tokens, account: null };
    },
    authenticatedUser: async (...[integration]: [{ getAccessToken(): Promise<string | null> }]) => {
      identified.push(String(await integration.getAccessToken()));
      return identify();
    },
  };
};

const app = useOAuthApp(database, { providers: () => ({ crm: server.provider(), asking: asking() }) });

async function connect(account: string) {
  server.account = account;
  return app.browser().visit(app.url('authorize'));
}

async function store(fields: Partial<IntegrationFields>): Promise<void> {
  await app.integrations.models.Integration.collection.updateOne({ _id: app.integration._id }, { $set: fields });
}

/** A call whose response is remembered, and how often it was made. */
function cachedCall() {
  let asked = 0;
  const read = async () =>
    (await app.stored())
      .at('/things')
      .withCache(60)
      .get(() => (asked += 1));
  return { read, asked: () => asked };
}

const revoke = () => app.integrations.oauth.revoke(app.integration);

describe('the same account', () => {
  it('takes the place of what was connected, of which nothing stays', async () => {
    await connect('alice');
    const first = await (await app.stored()).credentialsArray();
    await store({ authStatus: 'needsReauthorization', grantEndedAt: new Date(), authenticatedUser: null });
    server.scopes = ['read'];
    expect((await connect('alice')).status).toBe(200);
    const stored = await app.stored();
    expect(stored).toMatchObject({ authStatus: 'connected', grantEndedAt: null, tokenRefresh: null });
    expect(stored.grantedScopes).toEqual(['read']);
    const { accessToken, refreshToken } = await stored.credentialsArray();
    expect([accessToken, refreshToken]).not.toContain(first.accessToken);
    expect([accessToken, refreshToken]).not.toContain(first.refreshToken);
    expect(server.revoked).toEqual([]);
  });

  it('keeps what is remembered of it', async () => {
    await connect('alice');
    const { read, asked } = cachedCall();
    await read();
    await store({ syncCursor: 'far' });
    await connect('alice');
    await read();
    expect([asked(), (await app.stored()).syncCursor]).toEqual([1, 'far']);
  });
});

describe('another account', () => {
  it('is refused while one is connected, and what it was given is taken back', async () => {
    await connect('alice');
    const before = await app.row();
    const { status, text } = await connect('mallory');
    expect([status, text.includes('OAUTH_ACCOUNT_CHANGED')]).toEqual([409, true]);
    expect(await app.row()).toEqual(before);
    const { refreshToken } = await (await app.stored()).credentialsArray();
    expect(server.revoked).toHaveLength(1);
    expect(server.revoked).not.toContain(refreshToken);
  });

  it('is refused where the grant of the first one has ended', async () => {
    await connect('alice');
    await store({ authStatus: 'needsReauthorization', grantEndedAt: new Date() });
    expect((await connect('mallory')).status).toBe(409);
    expect(await app.stored()).toMatchObject({ authStatus: 'needsReauthorization', connectedAccount: 'alice' });
  });

  it('is refused also where the other side does not take it back', async () => {
    await connect('alice');
    server.revocationStatus = 503;
    expect((await connect('mallory')).status).toBe(409);
    expect(app.logger.lines.some(({ message }) => message.includes('could not be taken back'))).toBe(true);
  });

  it('may connect once the first one is revoked, and finds nothing of it', async () => {
    await connect('alice');
    const { read, asked } = cachedCall();
    await read();
    await revoke();
    const { collection } = app.integrations.models.IntegrationSyncEntity;
    await collection.insertOne({
      integrationId: app.integration._id,
      eventClass: 'x',
      externalId: new Types.ObjectId(),
    });
    await store({ syncCursor: 'far', nextSyncAt: new Date(Date.now() + 3_600_000) });
    expect((await connect('bob')).status).toBe(200);
    expect(await app.stored()).toMatchObject({ connectedAccount: 'bob', syncCursor: null, nextSyncAt: null });
    // Syncs that began until then are of the other one.
    expect((await app.stored()).accountChangedAt).toBeInstanceOf(Date);
    await read();
    expect(asked()).toBe(2);
    expect(await collection.countDocuments({ integrationId: app.integration._id })).toBe(0);
  });

  it('is not the same one that comes back after a revocation', async () => {
    await connect('alice');
    await revoke();
    await store({ syncCursor: 'far' });
    await connect('alice');
    expect(await app.stored()).toMatchObject({ authStatus: 'connected', syncCursor: 'far' });
  });
});

describe('where the tokens do not say whose they are', () => {
  const asker = async () => {
    const { id, _id } = await app.integrations.create({ provider: 'asking', name: 'Asking', credentials: {} });
    const visit = () => app.browser().visit(app.url('authorize', id));
    const stored = () => app.integrations.models.Integration.findById(_id).orFail();
    return { visit, stored };
  };
  const user = (id: string) => () => Promise.resolve({ id, name: id, email: `${id}@example.com`, raw: null });

  it('the provider is asked with the new ones, before they are stored', async () => {
    const { visit, stored } = await asker();
    identify = async () => {
      expect(await stored()).toMatchObject({ tokens: null });
      return user('alice')();
    };
    expect((await visit()).status).toBe(200);
    expect(await stored()).toMatchObject({ connectedAccount: 'alice' });
    expect(identified.at(-1)).toBe((await (await stored()).credentialsArray()).accessToken);
  });

  it('another account is refused', async () => {
    const { visit, stored } = await asker();
    identify = user('alice');
    await visit();
    const { tokens } = await stored();
    identify = user('mallory');
    expect((await visit()).status).toBe(409);
    expect(await stored()).toMatchObject({ tokens, authStatus: 'connected' });
  });

  it('one that cannot be told is refused while another one is connected', async () => {
    const { visit, stored } = await asker();
    identify = user('alice');
    await visit();
    const { tokens } = await stored();
    identify = () => Promise.reject(new Error('The API is away.'));
    expect((await visit()).status).toBe(502);
    expect(await stored()).toMatchObject({ tokens, connectedAccount: 'alice' });
  });

  it('one that cannot be told may be the first', async () => {
    const { visit, stored } = await asker();
    identify = () => Promise.reject(new Error('The API is away.'));
    expect((await visit()).status).toBe(200);
    expect(await stored()).toMatchObject({ authStatus: 'connected', connectedAccount: null });
  });
});
