import express from 'express';
import { describe, expect, it, vi } from 'vitest';
import { integrationsRouter } from '../../lib/index.js';
import { useAuthorizationServer } from '../support/authorization-server.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { useOAuthApp, waitForEvents } from '../support/oauth-app.js';

const database = useDatabase();
const server = useAuthorizationServer();
const anything = { type: 'object' } as const;
const notOAuth = { name: 'Plain', credentialSchema: anything, metadataSchema: anything };
const providers = () => ({
  crm: server.provider({ requestedScopes: () => ['read', 'write'] }),
  plain: notOAuth,
});
const app = useOAuthApp(database, { providers });
const unknownId = '0123456789abcdef01234567';

describe('authorize', () => {
  it('sends the browser to the other side, with a state, an S256 challenge and the redirect URI of the provider', async () => {
    const { status, location, headers } = await app.browser().request(app.url('authorize'));
    expect(status).toBe(303);
    const { origin, pathname, searchParams } = new URL(location!);
    expect(origin + pathname).toBe(`${server.origin}/authorize`);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(searchParams.get('redirect_uri')).toBe(`${app.origin}/integrations/oauth/callback/crm`);
    expect(searchParams.get('state')!.length).toBeGreaterThan(40);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('gives the browser a cookie that scripts cannot read and other sites do not send', async () => {
    const { headers } = await app.browser().request(app.url('authorize'));
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^integration-oauth-[\w-]{16}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('keeps what was begun for 600 seconds', async () => {
    await app.browser().request(app.url('authorize'));
    const [flow] = (await app.flows()) as { createdAt: Date; expiresAt: Date }[];
    expect(flow!.expiresAt.getTime() - flow!.createdAt.getTime()).toBe(600_000);
  });

  it('stores neither the state nor the verifier nor the secret of the cookie', async () => {
    const browser = app.browser();
    const { location } = await browser.request(app.url('authorize'));
    const stored = JSON.stringify(await app.flows());
    const [secret] = browser.cookies.values();
    const state = new URL(location!).searchParams.get('state')!;
    const id = (JSON.parse(Buffer.from(state.split('.')[1]!, 'base64url').toString()) as { jti: string }).jti;
    for (const hidden of [state, id, secret!]) expect(stored).not.toContain(hidden);
    expect((await app.flows())[0]).toMatchObject({ codeVerifier: expect.stringMatching(/^[\w-]+\.\./) as string });
  });

  it('asks the guard for the integration', async () => {
    await app.browser().request(app.url('authorize'));
    expect(app.asked).toEqual([{ action: 'oauth.authorize', integration: app.integration.id }]);
  });

  it('is refused by the guard, which tells nothing of what there is', async () => {
    const browser = app.browser();
    browser.user = null;
    const answers = [app.integration.id, unknownId].map((id) => browser.request(app.url('authorize', id)));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([403, 403]);
    expect(await app.flows()).toEqual([]);
  });

  it('answers 404 for an integration that is not there', async () => {
    const { status, text } = await app.browser('application/json').request(app.url('authorize', unknownId));
    expect([status, JSON.parse(text)]).toMatchObject([404, { code: 'INTEGRATION_NOT_FOUND' }]);
  });

  it('answers 404 for what cannot be an id', async () => {
    expect((await app.browser().request(app.url('authorize', 'all'))).status).toBe(404);
  });

  it('answers 400 for a provider without OAuth', async () => {
    const { id } = await app.integrations.create({ provider: 'plain', name: 'Plain', credentials: {} });
    const { status, text } = await app.browser('application/json').request(app.url('authorize', id));
    expect([status, JSON.parse(text)]).toMatchObject([400, { code: 'CAPABILITY_MISSING' }]);
  });

  it('begins nothing for HEAD', async () => {
    const { status, headers } = await app.browser().request(app.url('authorize'), { method: 'HEAD' });
    expect([status, headers.get('allow')]).toEqual([405, 'GET']);
    expect(await app.flows()).toEqual([]);
  });
});

describe('a user who comes back', () => {
  it('has connected the integration: tokens are stored, the credentials kept, and it is told', async () => {
    const { status, text } = await app.browser().visit(app.url('authorize'));
    expect(status).toBe(200);
    expect(text).toContain('My CRM is connected.');
    const stored = await app.stored();
    expect(stored).toMatchObject({ authStatus: 'connected', connectedAccount: 'alice', credentialVersion: 1 });
    expect(stored.tokenExpiresAt!.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    expect(stored.tokenRefreshAt!.getTime()).toBeLessThan(stored.tokenExpiresAt!.getTime());
    expect(await stored.credentialsArray()).toMatchObject({
      clientSecret: 'the secret of the client',
      accessToken: expect.stringMatching(/^access-/) as string,
      refreshToken: expect.stringMatching(/^refresh-/) as string,
    });
    expect(await stored.getAccessToken()).toMatch(/^access-/);
    await waitForEvents(app, ['oauthCompleted']);
  });

  it('has their code exchanged once, with the verifier and the redirect URI', async () => {
    await app.browser().visit(app.url('authorize'));
    expect(server.tokenRequests).toHaveLength(1);
    expect(server.tokenRequests[0]!.get('code_verifier')).toMatch(/^[\w.~-]{43,128}$/);
    expect(server.tokenRequests[0]!.get('redirect_uri')).toBe(`${app.origin}/integrations/oauth/callback/crm`);
  });

  it('loses the cookie, and what was begun', async () => {
    const browser = app.browser();
    await browser.visit(app.url('authorize'));
    expect(browser.cookies.size).toBe(0);
    expect(await app.flows()).toEqual([]);
  });

  it('goes where they were to go', async () => {
    const browser = app.browser();
    const back = await browser.signIn(
      `${app.url('authorize')}?returnTo=${encodeURIComponent('/settings?tab=crm#top')}`,
    );
    const { status, location, headers } = await browser.request(back.href);
    expect([status, location]).toEqual([303, `${app.origin}/settings?tab=crm#top`]);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('may have begun several times in one browser, at the same moment', async () => {
    const browser = app.browser();
    const backs = await Promise.all([1, 2, 3].map(() => browser.signIn(app.url('authorize'))));
    const ends = [];
    for (const back of backs.reverse()) ends.push((await browser.request(back.href)).status);
    expect(ends).toEqual([200, 200, 200]);
  });

  it('is told what was not granted; the log too', async () => {
    server.scopes = ['read'];
    const { text } = await app.browser().visit(app.url('authorize'));
    expect(text).toContain('Not granted: write');
    expect((await app.stored()).grantedScopes).toEqual(['read']);
    expect(app.logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', meta: expect.objectContaining({ missingScopes: ['write'] }) as object }),
    );
  });

  it('has granted what was asked for, where the other side says nothing', async () => {
    await app.browser().visit(app.url('authorize'));
    expect((await app.stored()).grantedScopes).toEqual(['read', 'write']);
  });

  it('gets JSON where that is asked for', async () => {
    const { status, text } = await app.browser('application/json').visit(app.url('authorize'));
    const expected = { status: 'connected', integrationId: app.integration.id, missingScopes: [] };
    expect([status, JSON.parse(text)]).toEqual([200, expected]);
  });

  it('sees that they did not agree, and can go back', async () => {
    server.refusal = { error: 'access_denied', error_description: 'The user said no.' };
    const { status, text } = await app.browser().visit(`${app.url('authorize')}?returnTo=/settings`);
    expect(status).toBe(403);
    expect(text).toContain('The other side says: The user said no.');
    expect(text).toContain('<a href="/settings">');
    await app.expectNothingStored();
  });

  it('gets a problem document where JSON is asked for', async () => {
    server.refusal = { error: 'temporarily_unavailable' };
    const { status, headers, text } = await app.browser('application/json').visit(app.url('authorize'));
    expect([status, headers.get('content-type')]).toEqual([502, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(text)).toMatchObject({ code: 'OAUTH_EXCHANGE_FAILED' });
  });

  it('leaves no code, verifier or state in the log, whatever the provider throws', async () => {
    const browser = app.browser();
    const back = await browser.signIn(app.url('authorize'));
    const other = await browser.signIn(app.url('authorize'));
    back.searchParams.set('code', other.searchParams.get('code')!);
    expect((await browser.request(back.href)).status).toBe(502);
    const log = JSON.stringify(app.logger.lines);
    const [request] = server.tokenRequests;
    for (const name of ['code', 'code_verifier']) expect(log).not.toContain(request!.get(name));
    expect(log).not.toContain(back.searchParams.get('state'));
    expect(log).toContain('invalid_grant');
  });
});

describe('pages', () => {
  it('load and run nothing', async () => {
    const { headers } = await app.browser().visit(app.url('authorize'));
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  });
});

describe('revoke', () => {
  const post = { method: 'POST' };

  it('ends the connection at the other side and here, keeps the credentials, and tells it', async () => {
    const browser = app.browser();
    await browser.visit(app.url('authorize'));
    const { refreshToken } = await (await app.stored()).credentialsArray();
    const { status, text } = await browser.request(app.url('revoke'), post);
    expect([status, text.includes('My CRM is disconnected.')]).toEqual([200, true]);
    expect(server.revoked).toEqual([refreshToken]);
    const stored = await app.stored();
    expect(stored).toMatchObject({ authStatus: 'revoked', tokens: null, tokenExpiresAt: null, tokenRefreshAt: null });
    expect(await stored.credentialsArray()).toEqual({ clientSecret: 'the secret of the client' });
    await waitForEvents(app, ['oauthCompleted', 'oauthRevoked']);
  });

  it('goes where the form says', async () => {
    const { status, location } = await app.browser().request(`${app.url('revoke')}?returnTo=/settings`, post);
    expect([status, location]).toEqual([303, `${app.origin}/settings`]);
  });

  it('answers JSON to a program', async () => {
    const { status, text } = await app.browser('*/*').request(app.url('revoke'), post);
    expect([status, JSON.parse(text)]).toEqual([200, { status: 'revoked', integrationId: app.integration.id }]);
  });

  it('asks the guard for the integration, and is refused by it', async () => {
    const browser = app.browser();
    await browser.visit(app.url('authorize'));
    browser.user = null;
    const { status } = await browser.request(app.url('revoke'), post);
    expect(status).toBe(403);
    expect(app.asked.at(-1)).toEqual({ action: 'oauth.revoke', integration: app.integration.id });
    expect(await app.stored()).toMatchObject({ authStatus: 'connected' });
  });

  it('is not done by a link', async () => {
    const { status, headers } = await app.browser().request(app.url('revoke'));
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('without a guard', () => {
  const bare = useOAuthApp(database, { providers, options: { prefix: 'bare' }, guard: null });

  it('all is refused, which is said once in the log', async () => {
    const browser = bare.browser('application/json');
    const requests = [bare.url('authorize'), bare.url('authorize')].map((url) => browser.request(url));
    const revocation = browser.request(bare.url('revoke'), { method: 'POST' });
    const answers = await Promise.all([...requests, revocation]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(answers.map(({ text }) => (JSON.parse(text) as { code: string }).code)).toEqual(
      Array(3).fill('ACTION_FORBIDDEN'),
    );
    expect(bare.logger.lines.filter(({ message }) => message.includes('guard'))).toHaveLength(1);
  });
});

describe('options', () => {
  const oauth = { successPath: '/connected', failurePath: '/failed?from=crm', returnTo: ['https://ui.example.com'] };
  const sent = useOAuthApp(database, { providers, options: { prefix: 'sent', oauth } });

  it('successPath is where users go who were not sent anywhere else', async () => {
    const browser = sent.browser();
    const back = await browser.signIn(sent.url('authorize'));
    expect((await browser.request(back.href)).location).toBe(`${sent.origin}/connected`);
    const revoked = await browser.request(sent.url('revoke'), { method: 'POST' });
    expect([revoked.status, revoked.location]).toEqual([303, `${sent.origin}/connected`]);
  });

  it('failurePath is where users go who did not connect, with the code', async () => {
    server.refusal = { error: 'access_denied' };
    const browser = sent.browser();
    const back = await browser.signIn(sent.url('authorize'));
    const { status, location } = await browser.request(back.href);
    expect([status, location]).toEqual([303, `${sent.origin}/failed?from=crm&oauth_error=OAUTH_DENIED`]);
  });

  it('returnTo allows further origins', async () => {
    const browser = sent.browser();
    const back = await browser.signIn(`${sent.url('authorize')}?returnTo=https://ui.example.com/settings`);
    expect((await browser.request(back.href)).location).toBe('https://ui.example.com/settings');
  });
});

describe('behind a public URL', () => {
  const options = { prefix: 'tls', publicUrl: 'https://app.example.com' };
  const secure = useOAuthApp(database, { providers, options });

  it('the cookie is of this host alone', async () => {
    const { headers, location } = await secure.browser().request(secure.url('authorize'));
    expect(headers.getSetCookie()[0]).toMatch(/^__Host-tls-oauth-.*; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/);
    expect(new URL(location!).searchParams.get('redirect_uri')).toBe(
      'https://app.example.com/integrations/oauth/callback/crm',
    );
  });

  it('users come back to it', async () => {
    const browser = secure.browser();
    const back = await browser.signIn(secure.url('authorize'));
    expect(back.origin).toBe('https://app.example.com');
    expect((await browser.request(back.href.replace(back.origin, secure.origin))).status).toBe(200);
  });
});

describe('an address without TLS', () => {
  const options = { prefix: 'clear', publicUrl: 'http://app.example.com' };
  const clear = useOAuthApp(database, { providers, options });

  it('is refused, but for localhost: browsers would not keep the cookie', async () => {
    const { status, text } = await clear.browser('application/json').request(clear.url('authorize'));
    expect([status, JSON.parse(text)]).toMatchObject([500, { code: 'OPTIONS_INVALID' }]);
  });
});

describe('below a prefix of the application', () => {
  const host = useHttpServer();

  it('users come back below it', async () => {
    host.answer(express().use('/api', integrationsRouter({ integrations: app.integrations, guard: () => true })));
    const url = `${host.origin}/api/integrations/${app.integration.id}/oauth/authorize`;
    const response = await fetch(url, { redirect: 'manual' });
    const redirectUri = new URL(response.headers.get('location')!).searchParams.get('redirect_uri');
    expect(redirectUri).toBe(`${host.origin}/api/integrations/oauth/callback/crm`);
  });
});

describe('a user that is no text', () => {
  const host = useHttpServer();

  it('is nobody that could be compared', async () => {
    const user = vi.fn(() => ({ id: 1 }) as unknown as string);
    host.answer(express().use(integrationsRouter({ integrations: app.integrations, guard: () => true, user })));
    const url = `${host.origin}/integrations/${app.integration.id}/oauth/authorize`;
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(500);
    expect(user).toHaveBeenCalledOnce();
  });
});
