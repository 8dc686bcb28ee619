import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createIntegrations, type IntegrationDocument } from 'express-integrations';
import { github } from 'express-integrations/providers/github';
import mongoose, { type Connection } from 'mongoose';
import { withDatabaseName } from '../../../spec/support/mongo-uri.js';
import { startMongo } from '../../../spec/support/mongod/index.js';
import { createApp } from './app.js';
import { startGitHubApi, type GitHubApi } from './github-api/index.js';

/** Everything that the demo runs on. */
export interface World {
  /** The local API that answers like GitHub. */
  readonly api: GitHubApi;
  /** The application's connection, to look at what is stored. */
  readonly connection: Connection;
  readonly integration: IntegrationDocument;
  /** Where the application listens. */
  readonly origin: string;
  /** Ends all of it; leaves nothing behind. */
  close(): Promise<void>;
}

/** Starts MongoDB, the API and the application, in a database of its own, and creates an integration. */
export async function startWorld(): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const api = await startGitHubApi();
    closers.push(() => api.close());
    const connection = await connect(closers);
    const integrations = createIntegrations({
      connection,
      providers: { github },
      encryptionKeys: [{ id: 'demo', secret: randomBytes(32).toString('base64') }],
      http: { allowedPrivateHosts: [new URL(api.url).host] },
      // What takes minutes with the defaults is to be watched in seconds.
      requests: { timeoutMs: 1_500 },
      retry: { maxDelayMs: 1_000 },
      // The demo makes calls fail on purpose.
      logger: false,
    });
    closers.push(() => integrations.close());
    await integrations.start();
    const integration = await integrations.create({
      provider: 'github',
      name: 'Local GitHub',
      credentials: { token: api.token },
      metadata: { owner: 'octokit-fixture-org', repo: 'paginate-issues', baseUrl: api.url },
    });
    const origin = await listen(closers);
    return { api, connection, integration, origin, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function connect(closers: (() => Promise<unknown>)[]): Promise<Connection> {
  const mongo = await startMongo();
  closers.push(() => mongo.stop());
  const uri = withDatabaseName(mongo.uri, `express_integrations_demo_${randomBytes(4).toString('hex')}`);
  const connection = await mongoose.createConnection(uri, { serverSelectionTimeoutMS: 10_000 }).asPromise();
  closers.push(() => connection.close());
  // A server of our own goes with all its data, and Ctrl-C in a terminal reaches it as it reaches us.
  if (mongo.pid === undefined) closers.push(() => connection.dropDatabase());
  return connection;
}

async function listen(closers: (() => Promise<unknown>)[]): Promise<string> {
  const server = createServer(createApp()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
