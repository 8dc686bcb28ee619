/**
 * An instance with one provider, `local`, whose API is a server of the spec's own, and an integration of it.
 *
 *     const upstream = useHttpServer();
 *     const database = useDatabase();
 *     const local = useLocalInstance(database, upstream);
 *     await local.integration.at('/path').get();
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import {
  createIntegrations,
  type IntegrationDocument,
  type IntegrationProvider,
  type IntegrationsOptions,
  type ProviderCapabilities,
} from '../../lib/index.js';
import type { Database } from './database.js';
import type { HttpServer } from './http-server.js';
import { localProvider } from './local-provider.js';
import { memoryLogger } from './memory-logger.js';

/** What the integration authenticates with. */
export const localToken = 'local-token-0123456789';

export interface LocalInstance {
  readonly integrations: ReturnType<typeof createIntegrations>;
  readonly integration: IntegrationDocument;
  readonly logger: ReturnType<typeof memoryLogger>;
}

type LocalOptions = Partial<IntegrationsOptions> & {
  /** Members of the provider, beside the least it has. */
  readonly provider?: Partial<IntegrationProvider & ProviderCapabilities>;
};

/** Opens an instance before the tests, and closes it after them. Retries wait a few milliseconds at most. */
export function useLocalInstance(database: Database, upstream: HttpServer, options: LocalOptions = {}): LocalInstance {
  const { provider = {}, ...others } = options;
  const logger = memoryLogger();
  let opened: Omit<LocalInstance, 'logger'> | undefined;
  beforeAll(async () => {
    const integrations = createIntegrations({
      connection: database.connection,
      encryptionKeys: [{ id: 'spec', secret: randomBytes(32).toString('base64') }],
      http: { allowedPrivateHosts: ['127.0.0.1'] },
      retry: { maxDelayMs: 5 },
      logger,
      providers: { local: { ...localProvider(upstream), ...provider } },
      ...others,
    });
    await integrations.start();
    const integration = await integrations.create({
      provider: 'local',
      name: 'Local',
      credentials: { token: localToken },
      metadata: { owner: 'octocat' },
    });
    opened = { integrations, integration };
  });
  afterAll(() => opened?.integrations.close());
  const get = () => {
    if (opened === undefined) throw new Error('The instance is not there yet: use it in a hook or a test.');
    return opened;
  };
  return {
    logger,
    get integrations() {
      return get().integrations;
    },
    get integration() {
      return get().integration;
    },
  };
}
