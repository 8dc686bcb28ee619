/**
 * An instance with a provider, `acme`, whose members of HasOAuth2 are made by `createOAuth2Client()`.
 *
 *     const world = useOAuthClient(database, () => ({ issuer: oidc.origin, client: … }));
 *     const tokens = await world.exchange(callback, proof);
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createKeyRing } from '../../lib/credentials/key-ring.js';
import { createSealer } from '../../lib/credentials/sealer.js';
import {
  createIntegrations,
  createOAuth2Client,
  type HasOAuth2,
  type IntegrationDocument,
  type IntegrationsOptions,
  type OAuth2ClientConfig,
  type OAuthTokens,
} from '../../lib/index.js';
import { tokensToStore } from '../../lib/oauth/stored-tokens.js';
import type { Database } from './database.js';
import { memoryLogger } from './memory-logger.js';

export const redirectUri = 'https://app.example.com/integrations/oauth/callback';

/** What the connect flow keeps of a transaction. */
export interface Transaction {
  readonly codeVerifier: string;
  readonly codeChallenge: string;
  readonly state: string;
}

export function transaction(): Transaction {
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  return { codeVerifier, codeChallenge, state: randomBytes(16).toString('base64url') };
}

export interface OAuthClientWorld {
  readonly integrations: ReturnType<typeof createIntegrations>;
  /** A new one for each test, not connected. */
  readonly integration: IntegrationDocument;
  readonly client: HasOAuth2;
  readonly logger: ReturnType<typeof memoryLogger>;
  /** A client of another configuration, whose methods take `integration` as well. */
  with(config: OAuth2ClientConfig): HasOAuth2;
  /** Stores tokens as if the user had connected, and gives the document anew. */
  connect(tokens: Partial<OAuthTokens>): Promise<IntegrationDocument>;
}

export interface OAuthClientOptions {
  readonly credentials?: () => Record<string, unknown>;
  readonly options?: Partial<IntegrationsOptions>;
}

export const keys = [{ id: 'spec', secret: Buffer.alloc(32, 7).toString('base64') }];

/** @param config Asked for before the first test, when servers have their ports. */
export function useOAuthClient(
  database: Database,
  config: () => OAuth2ClientConfig,
  { credentials = () => ({}), options = {} }: OAuthClientOptions = {},
): OAuthClientWorld {
  const logger = memoryLogger();
  const sealer = createSealer(createKeyRing(keys));
  let opened: Pick<OAuthClientWorld, 'integrations' | 'client'> | undefined;
  let integration: IntegrationDocument | undefined;
  const get = () => {
    if (opened === undefined || integration === undefined) throw new Error('There is nothing outside of tests.');
    return { ...opened, integration };
  };
  beforeAll(async () => {
    const client = createOAuth2Client(config());
    const acme = {
      name: 'Acme',
      credentialSchema: { type: 'object' },
      metadataSchema: { type: 'object' },
      ...client,
    } as const;
    const integrations = createIntegrations({
      connection: database.connection,
      encryptionKeys: keys,
      http: { allowedPrivateHosts: ['127.0.0.1'] },
      jobs: { enabled: false },
      logger,
      providers: { acme },
      ...options,
    });
    await integrations.start();
    opened = { integrations, client };
  });
  beforeEach(async () => {
    integration = await opened?.integrations.create({ provider: 'acme', name: 'Acme', credentials: credentials() });
    logger.lines.length = 0;
  });
  afterAll(() => opened?.integrations.close());
  return {
    logger,
    get integrations() {
      return get().integrations;
    },
    get integration() {
      return get().integration;
    },
    get client() {
      return get().client;
    },
    with: (other) => createOAuth2Client(other),
    async connect(given) {
      const {
        integrations,
        integration: { _id },
      } = get();
      const tokens = { accessToken: 'access', refreshToken: null, tokenExpiresAt: null, ...given };
      const { sealed } = await sealer.seal({ integrationId: _id, field: 'tokens', value: tokensToStore(tokens, null) });
      const { tokenExpiresAt } = tokens;
      const $set = { tokens: sealed, tokenExpiresAt, tokenRefreshAt: null, authStatus: 'connected' };
      await integrations.models.Integration.collection.updateOne({ _id }, { $set, $inc: { credentialVersion: 1 } });
      integration = await integrations.models.Integration.findById(_id).orFail();
      return integration;
    },
  };
}
