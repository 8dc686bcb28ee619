/**
 * An instance with a provider, `crm`, that connects by OAuth 2, whose token endpoint is a function of the spec.
 *
 *     const world = useOAuthInstance(database);
 *     await world.connect({ expiresInSeconds: 10 });
 *     await world.integration.getAccessToken();
 *
 * @module
 */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  createIntegrations,
  type HasOAuth2,
  type IntegrationDocument,
  type IntegrationProvider,
  type IntegrationsOptions,
  type OAuthTokens,
  type ProviderCapabilities,
} from '../../lib/index.js';
import { createKeyRing } from '../../lib/credentials/key-ring.js';
import { createSealer } from '../../lib/credentials/sealer.js';
import type { Database } from './database.js';
import { memoryLogger } from './memory-logger.js';

type Instance = ReturnType<typeof createIntegrations>;

export interface OAuthInstanceOptions {
  readonly provider?: Partial<IntegrationProvider & ProviderCapabilities>;
  readonly oauth?: IntegrationsOptions['oauth'];
  readonly prefix?: string;
  readonly options?: Partial<IntegrationsOptions>;
}

export interface Connected {
  readonly accessToken?: string;
  readonly refreshToken?: string | null;
  /** Null: the other side does not say. */
  readonly expiresInSeconds?: number | null;
}

export interface OAuthInstance {
  readonly integrations: Instance;
  /** A new one for each test, not connected. */
  readonly integration: IntegrationDocument;
  readonly logger: ReturnType<typeof memoryLogger>;
  /** The events of this test's integration. */
  readonly emitted: string[];
  /** The refresh tokens that the token endpoint was asked with, in this test. */
  readonly asked: string[];
  /** What the token endpoint does. */
  refresh: (refreshToken: string, integration: IntegrationDocument) => Promise<OAuthTokens> | OAuthTokens;
  /** Stores tokens as if the user had connected, and gives the document anew. */
  connect(connected?: Connected): Promise<IntegrationDocument>;
  /** What is stored. */
  stored(): Promise<IntegrationDocument>;
}

const keys = [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }];
const watched = ['oauthCompleted', 'oauthRevoked', 'oauthRefreshFailed', 'reauthorizationRequired'] as const;

export const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

export function useOAuthInstance(database: Database, given: OAuthInstanceOptions = {}): OAuthInstance {
  const { provider = {}, oauth, prefix, options } = given;
  const logger = memoryLogger();
  const emitted: string[] = [];
  const asked: string[] = [];
  const sealer = createSealer(createKeyRing(keys));
  let integration: IntegrationDocument | undefined;
  const crm: IntegrationProvider & HasOAuth2 = {
    name: 'CRM',
    credentialSchema: { type: 'object' },
    metadataSchema: { type: 'object' },
    authorizationUrl: (_integration, redirectUri, state) => `https://crm.example/authorize?${redirectUri}&${state}`,
    exchangeCode: () => Promise.reject(new Error('Not part of this spec.')),
    async refreshToken(document) {
      const { refreshToken } = await document.credentialsArray();
      asked.push(String(refreshToken));
      return world.refresh(String(refreshToken), document);
    },
    revokeToken: () => Promise.resolve(),
    refreshThreshold: () => 300,
    ...provider,
  };
  const integrations: Instance = createIntegrations({
    connection: database.connection,
    encryptionKeys: keys,
    logger,
    publicUrl: 'https://app.example.com',
    jobs: { enabled: false },
    providers: { crm },
    ...(prefix !== undefined && { prefix }),
    ...(oauth !== undefined && { oauth }),
    ...options,
  });
  const world: OAuthInstance = {
    ...{ integrations, logger, emitted, asked },
    get integration() {
      if (integration === undefined) throw new Error('There is an integration in hooks and tests only.');
      return integration;
    },
    refresh: () => ({ accessToken: 'new', refreshToken: 'next', tokenExpiresAt: inSeconds(3_600) }),
    async connect({ accessToken = 'old', refreshToken = 'first', expiresInSeconds = 60 } = {}) {
      const tokenExpiresAt = expiresInSeconds === null ? null : inSeconds(expiresInSeconds);
      const value = { accessToken, refreshToken, tokenExpiresAt: tokenExpiresAt?.toISOString() ?? null };
      const { _id } = world.integration;
      const { sealed } = await sealer.seal({ integrationId: _id, field: 'tokens', value });
      const fields = { tokens: sealed, tokenExpiresAt, tokenRefreshAt: null, authStatus: 'connected' };
      await integrations.models.Integration.collection.updateOne(
        { _id },
        { $set: fields, $inc: { credentialVersion: 1 } },
      );
      integration = await world.stored();
      return integration;
    },
    stored: () => integrations.models.Integration.findById(world.integration._id).orFail(),
  };
  for (const name of watched) {
    integrations.on(name, ({ integration: of }) => {
      if (of.id === integration?.id) emitted.push(name);
    });
  }
  beforeAll(() => integrations.start());
  beforeEach(async () => {
    world.refresh = () => ({ accessToken: 'new', refreshToken: 'next', tokenExpiresAt: inSeconds(3_600) });
    integration = await integrations.create({ provider: 'crm', name: 'CRM', credentials: { clientId: 'me' } });
    for (const list of [emitted, asked, logger.lines]) list.length = 0;
  });
  afterAll(() => integrations.close());
  return world;
}
