import express from 'express';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createIntegrations, createOAuth2Client, integrationsRouter } from '../../lib/index.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { memoryLogger } from '../support/memory-logger.js';
import { specKeys } from '../support/oauth-app.js';
import { oidcClientSecret } from '../support/oidc-server-settings.js';
import { useOidcServer } from '../support/oidc-server.js';

const anything = { type: 'object' } as const;
const session = /(?:^|; )user=([^;]+)/;

describeInBrowser('a person in Chromium', () => {
  const database = useDatabase();
  const server = useHttpServer();
  const stranger = useHttpServer();
  const origin = () => `http://localhost:${server.port}`;
  const callback = () => `${origin()}/integrations/oauth/callback/crm`;
  const oidc = useOidcServer(() => ({ redirectUris: [callback()] }));
  const browser = useBrowser();
  let integrations: ReturnType<typeof createIntegrations>;
  let id = '';

  beforeAll(async () => {
    const client = createOAuth2Client({
      issuer: oidc.origin,
      scopes: ['openid', 'contacts.read'],
      client: () => ({ clientId: 'client_secret_basic', clientSecret: oidcClientSecret }),
    });
    const crm = { name: 'CRM', credentialSchema: anything, metadataSchema: anything, ...client };
    integrations = createIntegrations({
      ...{ connection: database.connection, encryptionKeys: specKeys, logger: memoryLogger() },
      ...{ jobs: { enabled: false }, providers: { crm }, http: { allowedPrivateHosts: ['127.0.0.1'] } },
    });
    await integrations.start();
  });
  afterAll(() => integrations.close());

  beforeEach(async () => {
    ({ id } = await integrations.create({ provider: 'crm', name: 'My CRM', credentials: {} }));
    server.answer(application(integrations, () => id));
    stranger.answer((_request, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<title>Stranger</title>${revocationForm(`${origin()}/integrations/${id}/oauth/revoke`)}`),
    );
  });

  const stored = () => integrations.models.Integration.findById(id).orFail();
  const row = async () => await integrations.models.Integration.findById(id).orFail().lean();
  const authorizeUrl = (query = '') => `${origin()}/integrations/${id}/oauth/authorize${query}`;

  const flowCookies = async (page: Page) =>
    (await page.context().cookies(origin())).filter(({ name }) => name.includes('-oauth-'));

  /** In the application, and sent to the other side. */
  async function begun(query = ''): Promise<Page> {
    const page = await browser.open();
    await page.goto(`${origin()}/login?user=ann`);
    await page.goto(authorizeUrl(query));
    expect(page.url()).toMatch(`${oidc.origin}/interaction/`);
    return page;
  }

  async function connected(query = ''): Promise<Page> {
    const page = await begun(query);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL(`${origin()}/**`);
    return page;
  }

  it('connects an integration: the tokens are stored, and open the door at the other side', async () => {
    const page = await connected();
    expect(page.url().split('?')[0]).toBe(callback());
    expect(await page.getByRole('heading').innerText()).toBe('Connected');
    expect(await page.getByRole('main').innerText()).toContain('My CRM is connected.');
    expect(await row()).toMatchObject({ authStatus: 'connected', connectedAccount: 'alice' });
    const authorization = `Bearer ${String(await (await stored()).getAccessToken())}`;
    const user = await fetch(`${oidc.origin}/me`, { headers: { authorization } });
    expect(await user.json()).toEqual({ sub: 'alice' });
    expect(await flowCookies(page)).toEqual([]);
  });

  it('has a cookie on the way that scripts cannot read, of the plain name because this is http://localhost', async () => {
    const [cookie, ...others] = await flowCookies(await begun());
    expect(cookie).toMatchObject({
      ...{ name: expect.stringMatching(/^integration-oauth-[\w-]{16}$/) as string, domain: 'localhost', path: '/' },
      ...{ httpOnly: true, sameSite: 'Lax', secure: false },
    });
    expect(cookie!.expires - Date.now() / 1_000).toBeLessThanOrEqual(600);
    expect(others).toEqual([]);
  });

  it('arrives where they were to go, and finds nothing to do when they go back', async () => {
    const page = await connected(`?returnTo=${encodeURIComponent('/settings?tab=crm')}`);
    expect(page.url()).toBe(`${origin()}/settings?tab=crm`);
    const before = await row();
    await page.goBack();
    expect(page.url()).not.toContain('/oauth/callback');
    expect(await row()).toEqual(before);
  });

  it('who loads the last step again is told that it is over, and stays connected', async () => {
    const page = await connected();
    const before = await row();
    const again = await page.reload();
    expect(again?.status()).toBe(400);
    expect(await page.getByRole('main').innerText()).toContain('The sign-in is unknown, over, or of another browser');
    await page.goto(`${origin()}/settings`);
    await page.goBack();
    expect(await page.getByRole('main').innerText()).toContain('The sign-in is unknown, over, or of another browser');
    expect(await row()).toEqual(before);
    expect(await oidc.tokenRequests()).toHaveLength(1);
  });

  it('sees what the other side says as text: a script in it does not run', async () => {
    const page = await begun();
    const before = await row();
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.waitForURL(`${callback()}?**`);
    expect(await page.getByRole('main').innerText()).toContain('did not</b> agree.<script>document.title="scripted"');
    expect(await page.locator('script, b').count()).toBe(0);
    expect(await page.title()).not.toBe('scripted');
    expect(await row()).toEqual(before);
  });

  it('disconnects by a form of the application, and not by that of a stranger', async () => {
    const page = await connected();
    const before = await row();
    const disconnect = async (url: string): Promise<number> => {
      await page.goto(url);
      const answer = page.waitForResponse((response) => response.url().endsWith('/oauth/revoke'));
      await page.getByRole('button', { name: 'Disconnect' }).click();
      return (await answer).status();
    };
    expect(await disconnect(`http://127.0.0.1:${stranger.port}/`)).toBe(403);
    expect(await disconnect(`http://localhost:${stranger.port}/`)).toBe(403);
    // It was not for want of a session, which another port of the same host has as well.
    await page.getByText('The request comes from another origin.').waitFor();
    expect(await row()).toEqual(before);
    expect(await disconnect(`${origin()}/settings`)).toBe(200);
    await page.getByText('My CRM is disconnected.').waitFor();
    expect(await row()).toMatchObject({ authStatus: 'revoked', tokens: null });
  });

  it('who is not logged in gets no further than the application', async () => {
    const page = await browser.open();
    const answer = await page.goto(authorizeUrl());
    expect(answer?.status()).toBe(403);
    expect(page.url()).toBe(authorizeUrl());
    expect(await integrations.models.IntegrationOAuthFlow.countDocuments({ integrationId: id })).toBe(0);
  });
});

/** It knows its users by a cookie, and has pages of its own. */
function application(integrations: ReturnType<typeof createIntegrations>, id: () => string): express.Express {
  const userOf = (req: express.Request) => session.exec(req.headers.cookie ?? '')?.[1] ?? null;
  const app = express();
  app.use(integrationsRouter({ integrations, guard: (req) => userOf(req) !== null, user: userOf }));
  app.get('/login', (req, res) => {
    res.cookie('user', req.query.user, { httpOnly: true, sameSite: 'lax' }).send('<title>Logged in</title>');
  });
  app.get('/settings', (_req, res) => {
    res.send(`<title>Settings</title>${revocationForm(`/integrations/${id()}/oauth/revoke`)}`);
  });
  return app;
}

function revocationForm(action: string): string {
  return `<form method="post" action="${action}"><button>Disconnect</button></form>`;
}
