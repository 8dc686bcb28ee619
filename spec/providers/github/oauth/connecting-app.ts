/**
 * An application whose users connect GitHub: real Express, real HTTP, and the local GitHub of the demo.
 *
 *     const app = useConnectingApp(database, { kind: 'github-app' });
 *     const integration = await app.connected();
 *
 * @module
 */
import express from 'express';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startGitHubApi, type GitHubApi, type RegisteredApp } from '../../../../docs/examples/demo/github-api/index.js';
import {
  createIntegrations,
  integrationsRouter,
  type CredentialsInputOf,
  type IntegrationFields,
  type IntegrationOf,
  type Integrations,
} from '../../../../lib/index.js';
import {
  createGitHub,
  type ConnectableGitHubProvider,
  type GitHubOAuthOptions,
} from '../../../../providers/github/index.js';
import type { Database } from '../../../support/database.js';
import { useHttpServer } from '../../../support/http-server.js';
import { memoryLogger } from '../../../support/memory-logger.js';
import { createBrowser, type Browser, type Visited } from '../../../support/oauth-browser.js';

export type GitHubIntegration = IntegrationOf<ConnectableGitHubProvider>;

export interface ConnectingApp {
  readonly api: GitHubApi;
  readonly registered: RegisteredApp;
  readonly integrations: Integrations<Record<'github', ConnectableGitHubProvider>>;
  readonly logger: ReturnType<typeof memoryLogger>;
  /** One that is not connected. */
  create(credentials?: CredentialsInputOf<ConnectableGitHubProvider>): Promise<GitHubIntegration>;
  /** What its user sees at the end. */
  connect(integration: GitHubIntegration): Promise<Visited>;
  /** One that is connected, as it is stored then. */
  connected(credentials?: CredentialsInputOf<ConnectableGitHubProvider>): Promise<GitHubIntegration>;
  revoke(integration: GitHubIntegration): Promise<Visited>;
  stored(integration: GitHubIntegration): Promise<GitHubIntegration>;
  row(integration: GitHubIntegration): Promise<IntegrationFields>;
  accessToken(integration: GitHubIntegration): Promise<string>;
  /** Whether GitHub takes it. */
  isGood(accessToken: string): Promise<boolean>;
  /** What GitHub's token endpoint was sent in this test. */
  tokenRequests(): Record<string, string>[];
  /** What of GitHub was asked in this test: `DELETE /applications/…/token`. */
  requests(method: string): string[];
}

export interface ConnectingAppOptions {
  readonly kind: RegisteredApp['kind'];
  readonly oauth?: Partial<GitHubOAuthOptions>;
}

export function useConnectingApp(database: Database, { kind, oauth = {} }: ConnectingAppOptions): ConnectingApp {
  const server = useHttpServer();
  const logger = memoryLogger();
  let opened: Pick<ConnectingApp, 'api' | 'registered' | 'integrations'> | undefined;
  let browser: Browser;
  let sent = 0;
  const get = () => {
    if (opened === undefined) throw new Error('The application is there in hooks and tests only.');
    return opened;
  };

  beforeAll(async () => {
    const api = await startGitHubApi();
    const callbackUrl = `${server.origin}/integrations/oauth/callback/github`;
    const registered = api.authorizationServer.register({ kind, callbackUrl });
    const { host } = new URL(api.url);
    const { clientId, clientSecret } = registered;
    const integrations = createIntegrations({
      connection: database.connection,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }],
      http: { allowedPrivateHosts: [host] },
      retry: { maxDelayMs: 1 },
      jobs: { enabled: false },
      logger,
      providers: { github: createGitHub({ oauth: { clientId, clientSecret, hosts: [host], ...oauth } }) },
    });
    await integrations.start();
    opened = { api, registered, integrations };
  });
  beforeEach(() => {
    const { api, integrations } = get();
    const guard = () => true;
    server.answer(express().use(integrationsRouter({ integrations, guard })));
    browser = createBrowser(() => server.origin);
    api.authorizationServer.decide({});
    logger.lines.length = 0;
    sent = api.requests.length;
  });
  afterAll(async () => {
    await opened?.integrations.close();
    await opened?.api.close();
  });

  const sentNow = () => get().api.requests.slice(sent);
  const app: ConnectingApp = {
    logger,
    get api() {
      return get().api;
    },
    get registered() {
      return get().registered;
    },
    get integrations() {
      return get().integrations;
    },
    create(credentials = {}) {
      const metadata = { owner: 'octokit-fixture-org', repo: 'paginate-issues', baseUrl: get().api.url };
      return get().integrations.create({ provider: 'github', name: 'Ours', credentials, metadata });
    },
    connect: ({ id }) => browser.visit(`${server.origin}/integrations/${id}/oauth/authorize`),
    async connected(credentials) {
      const integration = await app.create(credentials);
      const { status, text } = await app.connect(integration);
      if (status !== 200) throw new Error(`Not connected: ${text}`);
      return app.stored(integration);
    },
    revoke: ({ id }) => browser.request(`${server.origin}/integrations/${id}/oauth/revoke`, { method: 'POST' }),
    stored: ({ _id }) => get().integrations.models.Integration.findById<GitHubIntegration>(_id).orFail(),
    row: ({ _id }) => get().integrations.models.Integration.findById(_id).orFail().lean<IntegrationFields>(),
    accessToken: async (integration) => String((await integration.credentialsArray()).accessToken),
    async isGood(accessToken) {
      const { status } = await fetch(`${get().api.url}/user`, { headers: { authorization: `Bearer ${accessToken}` } });
      return status === 200;
    },
    tokenRequests: () =>
      sentNow().flatMap(({ path, body }) =>
        path === '/login/oauth/access_token' ? [Object.fromEntries(new URLSearchParams(String(body)))] : [],
      ),
    requests: (method) => sentNow().flatMap((request) => (request.method === method ? [request.path] : [])),
  };
  return app;
}
