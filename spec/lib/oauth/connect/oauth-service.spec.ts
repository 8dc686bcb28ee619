import { describe, expect, it } from 'vitest';
import { createIntegrations, type Integrations, type IntegrationsOptions } from '../../../../lib/index.js';
import { useAuthorizationServer } from '../../../support/authorization-server.js';
import { useDatabase } from '../../../support/database.js';
import { specKeys, useOAuthApp } from '../../../support/oauth-app.js';

const database = useDatabase();
const server = useAuthorizationServer();
const named = () => server.provider({ authorizationIssuer: () => ({ issuer: server.origin, isAlwaysSent: false }) });
const providers = () => ({ crm: server.provider(), named: named() });
const publicUrl = 'https://app.example.com';
const app = useOAuthApp(database, { providers, options: { publicUrl } });
const { oauth } = app.integrations;

/** The cookies of a browser that got these. */
const cookieOf = (setCookies: readonly string[]) => setCookies.map((cookie) => cookie.split(';')[0]).join('; ');

/** Where the other side sends the browser back. */
async function agree(url: string): Promise<string> {
  return (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '';
}

describe('integrations.oauth', () => {
  it('connects without the routes', async () => {
    const redirectUri = 'https://app.example.com/my/own/callback';
    const { url, setCookies } = await oauth.begin(app.integration, { user: 'ann', returnTo: '/done', redirectUri });
    const completed = await oauth.complete({ url: await agree(url), cookie: cookieOf(setCookies), user: 'ann' });
    expect(completed).toMatchObject({ returnTo: '/done', missingScopes: [] });
    expect(completed.integration).toMatchObject({ authStatus: 'connected', id: app.integration.id });
    expect(await completed.integration.getAccessToken()).toMatch(/^access-/);
    expect(completed.clearCookie).toMatch(/^__Host-integration-oauth-.*=; Path=\/; Max-Age=0;/);
  });

  it('refuses a redirect URI with a query', async () => {
    const redirectUri = 'https://app.example.com/callback?to=crm';
    await expect(oauth.begin(app.integration, { redirectUri })).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });

  it('finishes what was begun before the keys were rotated', async () => {
    const before = open({ prefix: 'rotating' });
    const { id } = await before.create({ provider: 'crm', name: 'CRM', credentials: {} });
    const { url, setCookies } = await before.oauth.begin(id);
    await before.close();
    const newer = { id: 'newer', secret: Buffer.alloc(32, 8).toString('base64') };
    const rotated = open({ prefix: 'rotating', encryptionKeys: [newer, ...specKeys] });
    try {
      const { integration } = await rotated.oauth.complete({ url: await agree(url), cookie: cookieOf(setCookies) });
      expect(integration.sealedWith).toEqual(['spec', 'newer']);
    } finally {
      await rotated.close();
    }
  });
});

function open(options: Partial<IntegrationsOptions>): Integrations {
  return createIntegrations({
    ...{ connection: database.connection, encryptionKeys: specKeys, logger: false as const, publicUrl },
    ...{ jobs: { enabled: false }, providers: providers(), ...options },
  });
}

describe('the cookies of a browser', () => {
  it('do not pile up: the oldest go', async () => {
    const shared = useless(12);
    const other = open({ prefix: 'cookies' });
    try {
      const { id } = await other.create({ provider: 'crm', name: 'CRM', credentials: {} });
      const { setCookies } = await other.oauth.begin(id, { cookie: `session=1; ${shared.join('; ')}` });
      expect(setCookies).toHaveLength(4);
      expect(setCookies.slice(0, 3).map((cookie) => cookie.split('=')[0])).toEqual(
        shared.slice(0, 3).map((cookie) => cookie.split('=')[0]),
      );
    } finally {
      await other.close();
    }
  });
});

function useless(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `__Host-cookies-oauth-${String(index).padStart(16, '0')}=x`);
}

describe('oauth.sharedCallback', () => {
  it('has all come back to one path, where each must say who it is', async () => {
    const shared = open({ prefix: 'shared', oauth: { sharedCallback: true } });
    try {
      const { id } = await shared.create({ provider: 'named', name: 'Named', credentials: {} });
      const { url, setCookies } = await shared.oauth.begin(id);
      const back = await agree(url);
      expect(back).toMatch(/^https:\/\/app\.example\.com\/integrations\/oauth\/callback\?/);
      const completing = shared.oauth.complete({ url: back, cookie: cookieOf(setCookies) });
      await expect(completing).rejects.toMatchObject({ code: 'OAUTH_ISSUER_MISMATCH' });
    } finally {
      await shared.close();
    }
  });

  it('is refused for a provider that does not say who answers, where there are others', async () => {
    const shared = open({ prefix: 'shared', oauth: { sharedCallback: true } });
    try {
      const { id } = await shared.create({ provider: 'crm', name: 'CRM', credentials: {} });
      await expect(shared.oauth.begin(id)).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
    } finally {
      await shared.close();
    }
  });
});

describe('a provider that connects without a user', () => {
  it('has nothing to begin', async () => {
    const machine = open({ prefix: 'machine', providers: { bot: server.provider({ connectsWithoutUser: true }) } });
    try {
      const { id } = await machine.create({ provider: 'bot', name: 'Bot', credentials: {} });
      await expect(machine.oauth.begin(id)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING', status: 400 });
    } finally {
      await machine.close();
    }
  });
});
