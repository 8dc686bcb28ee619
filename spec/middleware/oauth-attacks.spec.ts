import { createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { useAuthorizationServer } from '../support/authorization-server.js';
import { useDatabase } from '../support/database.js';
import type { Browser, Visited } from '../support/oauth-browser.js';
import { useOAuthApp } from '../support/oauth-app.js';

const database = useDatabase();
const server = useAuthorizationServer();
const named = { authorizationIssuer: () => ({ issuer: server.origin, isAlwaysSent: true }) };
const providers = () => ({
  crm: server.provider(),
  other: server.provider(),
  named: server.provider(named),
  moving: server.provider({
    authorizationIssuer: ({ metadata }) => ({ issuer: String(metadata?.issuer), isAlwaysSent: false }),
  }),
  downgraded: server.provider({
    authorizationUrl: (_integration, redirectUri, state) =>
      `${server.origin}/authorize?${new URLSearchParams({ state, redirect_uri: redirectUri }).toString()}`,
  }),
  plainly: server.provider({
    authorizationUrl: (_integration, redirectUri, state, { codeChallenge }) => {
      const proof = { code_challenge: codeChallenge, code_challenge_method: 'plain' };
      const query = new URLSearchParams({ state, redirect_uri: redirectUri, ...proof });
      return `${server.origin}/authorize?${query.toString()}`;
    },
  }),
});
const app = useOAuthApp(database, { providers });

async function expectRefused(answer: Visited, status: number, code: string): Promise<void> {
  expect([answer.status, answer.text.includes(`Code: ${code}`)]).toEqual([status, true]);
  await app.expectNothingStored();
}

const invalid = [400, 'OAUTH_STATE_INVALID'] as const;

/** A sign-in up to the point where the browser comes back. */
async function signedIn(browser: Browser = app.browser()) {
  return { browser, back: await browser.signIn(app.url('authorize')) };
}

function withState(back: URL, state: string): string {
  const url = new URL(back);
  url.searchParams.set('state', state);
  return url.href;
}

describe('a state', () => {
  it('that was used is refused', async () => {
    const { browser, back } = await signedIn();
    await browser.request(back.href);
    const { credentialVersion } = await app.stored();
    const again = await browser.request(back.href);
    expect([again.status, server.tokenRequests.length]).toEqual([400, 1]);
    expect(await app.stored()).toMatchObject({ credentialVersion });
  });

  it('that is used twice at the same moment is used once', async () => {
    const { browser, back } = await signedIn();
    const answers = await Promise.all([1, 2, 3, 4].map(() => browser.request(back.href)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('is used up by an error of the other side', async () => {
    server.refusal = { error: 'access_denied' };
    const { browser, back } = await signedIn();
    await expectRefused(await browser.request(back.href), 403, 'OAUTH_DENIED');
    back.searchParams.delete('error');
    back.searchParams.set('code', 'made-up');
    await expectRefused(await browser.request(back.href), ...invalid);
    expect(server.tokenRequests).toEqual([]);
  });

  it('that has expired is refused', async () => {
    const { browser, back } = await signedIn();
    const { IntegrationOAuthFlow } = app.integrations.models;
    const expiresAt = new Date(Date.now() - 1);
    await IntegrationOAuthFlow.updateMany({ integrationId: app.integration._id }, { expiresAt });
    await expectRefused(await browser.request(back.href), ...invalid);
    expect(server.tokenRequests).toEqual([]);
  });

  it('of another sign-in does not go with the code', async () => {
    const { browser, back } = await signedIn();
    const { back: other } = await signedIn(browser);
    await expectRefused(
      await browser.request(withState(back, other.searchParams.get('state')!)),
      502,
      'OAUTH_EXCHANGE_FAILED',
    );
  });

  it('of another integration does not go with the code, for either', async () => {
    const { browser, back } = await signedIn();
    const second = await app.integrations.create({ provider: 'crm', name: 'Second', credentials: {} });
    const other = await browser.signIn(app.url('authorize', second.id));
    const swapped = await browser.request(withState(back, other.searchParams.get('state')!));
    await expectRefused(swapped, 502, 'OAUTH_EXCHANGE_FAILED');
    expect(await app.integrations.find(second.id)).toMatchObject({ tokens: null, authStatus: 'none' });
  });

  it('is of no use in another browser: a user cannot be made to connect the account of another one', async () => {
    const { back } = await signedIn();
    await expectRefused(await app.browser().request(back.href), ...invalid);
    expect(server.tokenRequests).toEqual([]);
  });

  it('is of no use with the cookie of another sign-in', async () => {
    const { back } = await signedIn();
    const victim = app.browser();
    await signedIn(victim);
    await expectRefused(await victim.request(back.href), ...invalid);
  });

  it('is of no use with its cookie and another secret', async () => {
    const { browser, back } = await signedIn();
    for (const name of browser.cookies.keys()) browser.cookies.set(name, 'A'.repeat(43));
    await expectRefused(await browser.request(back.href), ...invalid);
  });

  it('is of no use to another user in the same browser', async () => {
    const { browser, back } = await signedIn();
    browser.user = 'bob';
    await expectRefused(await browser.request(back.href), ...invalid);
    expect(server.tokenRequests).toEqual([]);
  });

  it('is of no use to nobody', async () => {
    const { browser, back } = await signedIn();
    browser.user = null;
    await expectRefused(await browser.request(back.href), ...invalid);
  });

  it.each<[string, (state: string) => string]>([
    ['with another signature', (state) => `${state.slice(0, -4)}AAAA`],
    ['without a signature', (state) => state.replace(/[^.]*$/, '')],
    ['with another id', (state) => state.replace(/\.[^.]*\./, `.${encoded({ jti: 'x' })}.`)],
    ['that says that it is not signed', (state) => new UnsecuredJWT({ jti: idIn(state) }).encode()],
    ['that is an id alone', idIn],
    ['that is empty', () => ''],
    ['that is very long', (state) => `${state}${'A'.repeat(10_000)}`],
  ])('%s is refused', async (_name, change) => {
    const { browser, back } = await signedIn();
    const url = withState(back, change(back.searchParams.get('state')!));
    await expectRefused(await browser.request(url), ...invalid);
    expect(await app.flows()).toHaveLength(1);
  });

  it.each<[string, (header: object) => object]>([
    ['another key', (header) => header],
    ['a key that is not there', (header) => ({ ...header, kid: 'unknown' })],
    ['a key that it brings along', (header) => ({ ...header, jwk: { kty: 'oct', k: 'AAAA' } })],
  ])('signed with %s is refused', async (_name, change) => {
    const { browser, back } = await signedIn();
    const state = back.searchParams.get('state')!;
    const header = change({ alg: 'HS256', typ: 'oauth-state+jwt', kid: 'spec' }) as { alg: string };
    const forged = await new SignJWT({ jti: idIn(state) }).setProtectedHeader(header).sign(Buffer.alloc(32));
    await expectRefused(await browser.request(withState(back, forged)), ...invalid);
  });

  it('signed with the encryption key itself is refused', async () => {
    const { browser, back } = await signedIn();
    const signed = back.searchParams.get('state')!.replace(/\.[^.]*$/, '');
    const signature = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64url');
    await expectRefused(await browser.request(withState(back, `${signed}.${signature}`)), ...invalid);
  });

  it('that is another kind of token, signed with the right key, is refused', async () => {
    const { browser, back } = await signedIn();
    const key = new Uint8Array(hkdfSync('sha256', Buffer.alloc(32, 7), '', 'express-integrations/oauth-state', 32));
    const signed = (typ: string) =>
      new SignJWT({ jti: idIn(back.searchParams.get('state')!) })
        .setProtectedHeader({ alg: 'HS256', typ, kid: 'spec' })
        .sign(key);
    await expectRefused(await browser.request(withState(back, await signed('JWT'))), ...invalid);
    expect((await browser.request(withState(back, await signed('oauth-state+jwt')))).status).toBe(200);
  });

  it('that is there twice is none', async () => {
    const { browser, back } = await signedIn();
    back.searchParams.append('state', back.searchParams.get('state')!);
    await expectRefused(await browser.request(back.href), ...invalid);
  });
});

describe('a code', () => {
  it('without a state is refused', async () => {
    const { browser, back } = await signedIn();
    back.searchParams.delete('state');
    await expectRefused(await browser.request(back.href), ...invalid);
    expect(server.tokenRequests).toEqual([]);
  });

  it('that is missing is refused', async () => {
    const { browser, back } = await signedIn();
    back.searchParams.delete('code');
    await expectRefused(await browser.request(back.href), ...invalid);
  });

  it('that is there twice is none', async () => {
    const { browser, back } = await signedIn();
    back.searchParams.append('code', 'another');
    await expectRefused(await browser.request(back.href), ...invalid);
    expect(server.tokenRequests).toEqual([]);
  });

  it('of an attacker, for their own challenge, is of no use', async () => {
    const { browser, back } = await signedIn();
    const { back: stolen } = await signedIn(app.browser());
    back.searchParams.set('code', stolen.searchParams.get('code')!);
    await expectRefused(await browser.request(back.href), 502, 'OAUTH_EXCHANGE_FAILED');
  });

  it('is sent once, although the token endpoint fails', async () => {
    const { browser, back } = await signedIn();
    back.searchParams.set('code', 'unknown');
    await browser.request(back.href);
    expect(server.tokenRequests).toHaveLength(1);
  });
});

describe('an answer of another server', () => {
  async function backOf(provider: string) {
    const { id } = await app.integrations.create({ provider, name: 'Named', credentials: {} });
    const browser = app.browser();
    const back = await browser.signIn(app.url('authorize', id));
    const stored = () => app.integrations.find(id);
    return { browser, back, stored };
  }

  it.each([
    ['that says so', 'https://attacker.example'],
    ['that adds a slash', 'slash'],
    ['that says nothing, where the right one always does', null],
  ])('%s is refused', async (_name, iss) => {
    server.iss = iss === 'slash' ? `${server.origin}/` : iss;
    const { browser, back, stored } = await backOf('named');
    const { status, text } = await browser.request(back.href);
    expect([status, text.includes('OAUTH_ISSUER_MISMATCH')]).toEqual([400, true]);
    expect(server.tokenRequests).toEqual([]);
    expect(await stored()).toMatchObject({ tokens: null, authStatus: 'none' });
  });

  it('that names two is refused', async () => {
    server.iss = server.origin;
    const { browser, back } = await backOf('named');
    back.searchParams.append('iss', 'https://attacker.example');
    expect((await browser.request(back.href)).text).toContain('OAUTH_ISSUER_MISMATCH');
  });

  it('is refused where it is an error, too', async () => {
    server.refusal = { error: 'access_denied' };
    server.iss = 'https://attacker.example';
    const { browser, back } = await backOf('named');
    expect((await browser.request(back.href)).text).toContain('OAUTH_ISSUER_MISMATCH');
  });

  it('is never sent a code: the server of the integration may have been changed since', async () => {
    const { browser, back, stored } = await backOf('moving');
    const { id } = (await stored())!;
    await app.integrations.update(id, { metadata: { issuer: 'https://attacker.example' } });
    expect((await browser.request(back.href)).text).toContain('OAUTH_ISSUER_MISMATCH');
    expect(server.tokenRequests).toEqual([]);
    expect(await stored()).toMatchObject({ tokens: null, authStatus: 'none' });
  });

  it('of the right one is accepted', async () => {
    server.iss = server.origin;
    const { browser, back, stored } = await backOf('named');
    expect((await browser.request(back.href)).status).toBe(200);
    expect(await stored()).toMatchObject({ authStatus: 'connected' });
  });

  it.each(['/oauth/callback/other', '/oauth/callback', '/oauth/callback/crm/'])(
    'that comes to %s, where this provider does not answer, is refused',
    async (path) => {
      const { browser, back } = await signedIn();
      const url = back.href.replace('/oauth/callback/crm', path);
      await expectRefused(await browser.request(url), ...invalid);
      expect(server.tokenRequests).toEqual([]);
    },
  );
});

describe('a provider whose URL has', () => {
  it.each([
    ['no challenge', 'downgraded'],
    ['one that is not hashed', 'plainly'],
  ])('%s begins nothing', async (_name, provider) => {
    const { id, _id } = await app.integrations.create({ provider, name: 'Weak', credentials: {} });
    const { status, text } = await app.browser('application/json').request(app.url('authorize', id));
    expect([status, JSON.parse(text)]).toMatchObject([500, { code: 'PROVIDER_INVALID' }]);
    expect(await app.integrations.models.IntegrationOAuthFlow.countDocuments({ integrationId: _id })).toBe(0);
  });
});

describe('returnTo', () => {
  const begin = (returnTo: string) =>
    app.browser().request(`${app.url('authorize')}?returnTo=${encodeURIComponent(returnTo)}`);

  it.each([
    ...['https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', 'javascript:alert(1)'],
    ...['https:evil.example', '/\t/evil.example', '/a/..//evil.example', ' //evil.example', 'evil', '', '/a\r\nx: y'],
  ])('%j leads elsewhere, and is refused', async (returnTo) => {
    const { status, text } = await begin(returnTo);
    expect([status, text.includes('OAUTH_RETURN_TO_INVALID')]).toEqual([400, true]);
    expect(await app.flows()).toEqual([]);
  });

  it('that is there twice is refused', async () => {
    const { status } = await app.browser().request(`${app.url('authorize')}?returnTo=/a&returnTo=/b`);
    expect(status).toBe(400);
  });

  it('is refused for a revocation as well', async () => {
    const url = `${app.url('revoke')}?returnTo=${encodeURIComponent('//evil.example')}`;
    expect((await app.browser().request(url, { method: 'POST' })).status).toBe(400);
  });

  it('never leads away from the application, whatever it is', () => {
    const { checkedReturnTo } = app.integrations.oauth;
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '\\',
        '.',
        '..',
        '@',
        ':',
        '?',
        '#',
        '%2f',
        '%5c',
        '\t',
        '\n',
        'evil.example',
        'https:',
      ),
      fc.string({ maxLength: 5, unit: 'binary' }),
    );
    const own = 'https://app.example.com';
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        let location: string;
        try {
          location = checkedReturnTo(pieces.join(''));
        } catch {
          return true;
        }
        return (
          new URL(location, `${own}/integrations/oauth/callback`).origin === own && /^[\x21-\x7e]+$/.test(location)
        );
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a revocation', () => {
  it.each<[string, Record<string, string>]>([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another subdomain', { 'sec-fetch-site': 'same-site' }],
    ['an address that was typed', { 'sec-fetch-site': 'none' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin at all', { origin: 'null' }],
  ])('from %s is refused', async (_name, headers) => {
    const browser = app.browser();
    await browser.visit(app.url('authorize'));
    const { status } = await browser.request(app.url('revoke'), { method: 'POST', headers });
    expect([status, server.revoked]).toEqual([403, []]);
    expect(await app.stored()).toMatchObject({ authStatus: 'connected' });
  });

  it.each<[string, () => Record<string, string>]>([
    ['its own pages', () => ({ 'sec-fetch-site': 'same-origin', origin: 'https://behind.a.proxy' })],
    ['its own origin', () => ({ origin: app.origin })],
  ])('from %s is accepted', async (_name, headers) => {
    const init = { method: 'POST', headers: headers() };
    expect((await app.browser().request(app.url('revoke'), init)).status).toBe(200);
  });
});

describe('a script', () => {
  it.each([
    ['in the description of an error', { error: 'server_error', error_description: '<script>alert(1)</script>' }],
    ['in an error', { error: '<script>alert(1)</script>', error_description: '"><img src=x onerror=alert(1)>' }],
  ])('%s is text', async (_name, refusal) => {
    server.refusal = refusal;
    const { browser, back } = await signedIn();
    const answer = await browser.request(back.href);
    expect(answer.text).not.toMatch(/<script|<img/);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    await expectRefused(answer, 502, 'OAUTH_EXCHANGE_FAILED');
  });

  it('in the name of an integration is text', async () => {
    const { id } = await app.integrations.create({ provider: 'crm', name: '<script>x</script>', credentials: {} });
    const { text } = await app.browser().visit(app.url('authorize', id));
    expect(text).toContain('&lt;script&gt;x&lt;/script&gt; is connected.');
  });

  it('of somebody who has begun nothing is not shown at all', async () => {
    const url = `${app.origin}/integrations/oauth/callback/crm?error=x&error_description=call+0900+123&state=y`;
    const answer = await app.browser().request(url);
    expect(answer.text).not.toContain('0900');
    await expectRefused(answer, ...invalid);
  });
});

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function idIn(state: string): string {
  return (JSON.parse(Buffer.from(state.split('.')[1]!, 'base64url').toString()) as { jti: string }).jti;
}
