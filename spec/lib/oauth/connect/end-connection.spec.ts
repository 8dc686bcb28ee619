import { describe, expect, it } from 'vitest';
import { useAuthorizationServer } from '../../../support/authorization-server.js';
import { useDatabase } from '../../../support/database.js';
import { useOAuthApp, waitForEvents } from '../../../support/oauth-app.js';
import { waitFor } from '../../../support/wait-for.js';

const database = useDatabase();
const server = useAuthorizationServer();

/** What holds an exchange or a refresh up. */
const gate = { isOpen: true };
let arrived = 0;
const closeGate = () => {
  gate.isOpen = false;
  arrived = 0;
};
const openGate = () => (gate.isOpen = true);
const pass = () => waitFor(() => expect(gate.isOpen).toBe(true), { timeout: 30_000, interval: 10 });
const reached = () => waitFor(() => expect(arrived).toBe(1));

const providers = () => {
  const crm = server.provider();
  return {
    crm: server.provider({
      async refreshToken() {
        arrived += 1;
        await pass();
        return { accessToken: 'refreshed', refreshToken: 'rotated', tokenExpiresAt: null };
      },
    }),
    slow: server.provider({
      async exchangeCode(...given) {
        arrived += 1;
        await pass();
        return crm.exchangeCode(...given);
      },
    }),
  };
};
const app = useOAuthApp(database, { providers, options: { oauth: { refreshLeaseSeconds: 1 } } });
const revoke = () => app.integrations.oauth.revoke(app.integration);

async function connect(): Promise<void> {
  await app.browser().visit(app.url('authorize'));
}

async function expireToken(): Promise<void> {
  const { collection } = app.integrations.models.Integration;
  const fields = { tokenExpiresAt: new Date(Date.now() - 1_000), tokenRefreshAt: null };
  await collection.updateOne({ _id: app.integration._id }, { $set: fields });
}

describe('a revocation', () => {
  it('deletes the tokens although the other side refuses it, and says so', async () => {
    await connect();
    server.revocationStatus = 503;
    await revoke();
    expect(await app.stored()).toMatchObject({ tokens: null, authStatus: 'revoked' });
    expect(app.logger.lines.some(({ message }) => message.includes('did not end a connection'))).toBe(true);
    await waitForEvents(app, ['oauthCompleted', 'oauthRevoked']);
  });

  it('is done once, however often it is asked for', async () => {
    await connect();
    await revoke();
    const before = await app.row();
    await revoke();
    expect(await app.row()).toEqual(before);
    expect(server.revoked).toHaveLength(1);
    await waitForEvents(app, ['oauthCompleted', 'oauthRevoked']);
  });

  it('leaves alone what was never connected', async () => {
    await revoke();
    await app.expectNothingStored();
  });

  it('leaves no token, in whatever document', async () => {
    await connect();
    await expireToken();
    const old = await app.stored();
    await revoke();
    expect([await old.getAccessToken(), await (await app.stored()).getAccessToken()]).toEqual([null, null]);
  });

  it('waits for a refresh that is under way, and takes back what it brings', async () => {
    await connect();
    await expireToken();
    closeGate();
    const refreshing = (await app.stored()).refreshTokenIfNeeded();
    await reached();
    const revoking = revoke();
    openGate();
    await Promise.all([refreshing, revoking]);
    expect(server.revoked).toEqual(['rotated']);
    expect(await app.stored()).toMatchObject({ tokens: null, authStatus: 'revoked' });
  });

  it('is not undone by a refresh that takes longer than anybody waits', async () => {
    await connect();
    await expireToken();
    closeGate();
    const refreshing = (await app.stored()).refreshTokenIfNeeded().catch(() => undefined);
    await reached();
    await revoke();
    openGate();
    await refreshing;
    expect(await app.stored()).toMatchObject({ tokens: null, authStatus: 'revoked', tokenExpiresAt: null });
  });

  it('of credentials that are edited meanwhile keeps the edited ones', async () => {
    await connect();
    await Promise.all([
      revoke(),
      app.integrations.update(app.integration, { credentials: { clientSecret: 'another one' } }),
    ]);
    const stored = await app.stored();
    expect(stored).toMatchObject({ authStatus: 'revoked', tokens: null });
    expect(await stored.credentialsArray()).toEqual({ clientSecret: 'another one' });
  });

  it('ends what users have begun', async () => {
    const browser = app.browser();
    const back = await browser.signIn(app.url('authorize'));
    await revoke();
    expect((await browser.request(back.href)).status).toBe(400);
    await app.expectNothingStored();
  });

  it('is not undone by a sign-in that was about to end', async () => {
    const { id } = await app.integrations.create({ provider: 'slow', name: 'Slow', credentials: {} });
    const browser = app.browser();
    await browser.visit(app.url('authorize', id));
    const back = await browser.signIn(app.url('authorize', id));
    closeGate();
    const coming = browser.request(back.href);
    await reached();
    await app.integrations.oauth.revoke(id);
    openGate();
    expect((await coming).status).toBe(400);
    expect(await app.integrations.find(id)).toMatchObject({ tokens: null, authStatus: 'revoked' });
    expect(server.revoked).toHaveLength(2);
  });
});

describe('a sign-in', () => {
  it('is stored although the credentials are edited meanwhile', async () => {
    const { id } = await app.integrations.create({ provider: 'slow', name: 'Slow', credentials: { a: 'old one' } });
    const browser = app.browser();
    const back = await browser.signIn(app.url('authorize', id));
    closeGate();
    const coming = browser.request(back.href);
    await reached();
    await app.integrations.update(id, { credentials: { a: 'new one' } });
    openGate();
    expect((await coming).status).toBe(200);
    const stored = await app.integrations.findOrFail(id);
    expect(await stored.credentialsArray()).toMatchObject({ a: 'new one', accessToken: expect.any(String) as string });
  });

  it('of an integration that is deleted meanwhile is taken back', async () => {
    const { id } = await app.integrations.create({ provider: 'slow', name: 'Slow', credentials: {} });
    const browser = app.browser();
    const back = await browser.signIn(app.url('authorize', id));
    closeGate();
    const coming = browser.request(back.href);
    await reached();
    await app.integrations.delete(id);
    openGate();
    expect((await coming).status).toBe(404);
    expect(server.revoked).toHaveLength(1);
  });
});
