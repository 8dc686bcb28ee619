import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bearer, createIntegrations, defineProvider, RateLimit, type IntegrationDocument } from 'express-integrations';
import mongoose, { type Connection } from 'mongoose';
import { startMongo } from '../support/mongod/index.js';

export const token = 'bench-token-0123456789';

/** What the benchmarks of calls run on: an API and a mongod in processes of their own, and an instance in this one. */
export interface BenchWorld {
  readonly apiUrl: string;
  readonly connection: Connection;
  readonly integrations: ReturnType<typeof createIntegrations>;
  readonly integration: IntegrationDocument;
  close(): Promise<void>;
}

/**
 * Starts everything, on an empty database of that name. Budget, circuit and health are on, as an application has them;
 * the limit is one that no benchmark reaches.
 */
export async function startBenchWorld(
  dbName: string,
  { monitorCommands = false }: { readonly monitorCommands?: boolean } = {},
): Promise<BenchWorld> {
  const api = fork(fileURLToPath(new URL('local-api.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  const [{ url }] = (await once(api, 'message')) as [{ url: string }];
  const mongo = await startMongo();
  const connection = await mongoose.createConnection(mongo.uri, { dbName, monitorCommands }).asPromise();
  await connection.dropDatabase();
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'bench', secret: Buffer.alloc(32, 7).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    logger: false,
    providers: { local: localProvider(url) },
  });
  await integrations.start();
  const integration = await integrations.create({ provider: 'local', name: 'Bench', credentials: { token } });
  return {
    apiUrl: url,
    connection,
    integrations,
    integration,
    async close() {
      await integrations.close();
      await connection.close();
      await mongo.stop();
      api.disconnect();
    },
  };
}

function localProvider(baseUrl: string) {
  return defineProvider({
    name: 'Local API',
    credentialSchema: { type: 'object', properties: { token: { type: 'string' } }, required: ['token'] },
    metadataSchema: { type: 'object' },
    defaultRateLimit: () => RateLimit.perMinute(10_000_000),
    http: {
      baseUrl,
      authorize: (request, { credentials }) => bearer(request, credentials.token),
      responseMetadata: ({ headers }) => ({ providerRequestId: headers['x-github-request-id'] ?? null }),
    },
  });
}
