/**
 * An application whose users connect by OAuth 2, with its own server, over real HTTP.
 *
 *     const app = useOAuthApp(database, { providers: { crm: server.provider() } });
 *     const browser = app.browser();
 *     await browser.visit(app.url('authorize'));
 *
 * @module
 */
import express from 'express';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import {
  createIntegrations,
  integrationsRouter,
  type IntegrationDocument,
  type IntegrationFields,
  type IntegrationsOptions,
  type IntegrationsRouterOptions,
} from '../../lib/index.js';
import type { Database } from './database.js';
import { useHttpServer } from './http-server.js';
import { memoryLogger } from './memory-logger.js';
import { createBrowser, type Browser } from './oauth-browser.js';
import { waitFor } from './wait-for.js';

type Instance = ReturnType<typeof createIntegrations>;

export interface OAuthAppOptions {
  readonly providers: () => NonNullable<IntegrationsOptions['providers']>;
  readonly options?: Partial<IntegrationsOptions>;
  /** Null: none. */
  readonly guard?: IntegrationsRouterOptions['guard'] | null;
}

export interface OAuthApp {
  readonly integrations: Instance;
  readonly logger: ReturnType<typeof memoryLogger>;
  /** A new one for each test, of the provider `crm`, not connected. */
  readonly integration: IntegrationDocument;
  /** What was emitted of that integration. */
  readonly emitted: string[];
  /** The guard was asked for these. */
  readonly asked: unknown[];
  readonly origin: string;
  url(action: 'authorize' | 'revoke', id?: string): string;
  browser(accept?: string): Browser;
  stored(): Promise<IntegrationDocument>;
  /** What the database holds of it. */
  row(): Promise<IntegrationFields>;
  /** The integration is as it was when the test began. */
  expectNothingStored(): Promise<void>;
  flows(): Promise<unknown[]>;
}

export const specKeys = [{ id: 'spec', secret: Buffer.alloc(32, 7).toString('base64') }];

export function useOAuthApp(database: Database, { providers, options = {}, guard }: OAuthAppOptions): OAuthApp {
  const server = useHttpServer();
  const logger = memoryLogger();
  const [asked, emitted]: [unknown[], string[]] = [[], []];
  let before: { readonly integration: IntegrationDocument; readonly row: IntegrationFields } | undefined;
  const integrations: Instance = createIntegrations({
    ...{ connection: database.connection, encryptionKeys: specKeys, logger },
    ...{ jobs: { enabled: false }, providers: providers(), ...options },
  });
  const { Integration, IntegrationOAuthFlow } = integrations.models;
  const allow: IntegrationsRouterOptions['guard'] = (req, action) => {
    asked.push(action);
    return req.get('x-user') !== undefined;
  };
  const app: OAuthApp = {
    ...{ integrations, logger, emitted, asked },
    get integration() {
      return before!.integration;
    },
    get origin() {
      return server.origin;
    },
    url: (action, id = app.integration.id) => `${server.origin}/integrations/${id}/oauth/${action}`,
    browser: (accept) => createBrowser(() => server.origin, accept),
    stored: () => Integration.findById(app.integration._id).orFail(),
    row: async () => await Integration.findById(app.integration._id).orFail().lean(),
    expectNothingStored: async () => expect(await app.row()).toEqual(before!.row),
    flows: () => IntegrationOAuthFlow.find({ integrationId: app.integration._id }).lean(),
  };
  for (const name of ['oauthCompleted', 'oauthRevoked'] as const) {
    integrations.on(name, ({ integration }) => {
      if (integration.id === before?.integration.id) emitted.push(name);
    });
  }
  beforeAll(() => integrations.start());
  beforeEach(async () => {
    const user = (req: express.Request) => req.get('x-user');
    const given = guard === null ? {} : { guard: guard ?? allow };
    server.answer(express().use(integrationsRouter({ integrations, user, ...given })));
    for (const list of [asked, emitted, logger.lines]) list.length = 0;
    const credentials = { clientSecret: 'the secret of the client' };
    const integration = await integrations.create({ provider: 'crm', name: 'My CRM', credentials });
    const row = await Integration.findById(integration._id).orFail().lean();
    before = { integration, row: row };
  });
  afterAll(() => integrations.close());
  return app;
}

/** Waits for an event, which comes a moment after its write. */
export async function waitForEvents(app: OAuthApp, events: readonly string[]): Promise<void> {
  await waitFor(() => expect(app.emitted).toEqual(events));
}
