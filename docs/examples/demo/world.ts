import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IntegrationDocument } from 'express-integrations';
import mongoose, { type Connection } from 'mongoose';
import { withDatabaseName } from '../../../spec/support/mongo-uri.js';
import { startMongo } from '../../../spec/support/mongod/index.js';
import { createApp } from './app.js';
import { startGitHubApi, type GitHubApi } from './github-api/index.js';
import { openInstance, type InstanceSettings } from './instance.js';

/** In one of the repositories of the local API. */
export const manyIssues = 5_000;

/** Everything that the demo runs on. */
export interface World {
  /** The local API that answers like GitHub. */
  readonly api: GitHubApi;
  /** The application's connection, to look at what is stored. */
  readonly connection: Connection;
  /** The package, in the application's process. */
  readonly integrations: ReturnType<typeof openInstance>;
  /** For further processes. */
  readonly settings: InstanceSettings;
  readonly integration: IntegrationDocument;
  /** What GitHub signs the webhooks of that integration with. */
  readonly webhookSecret: string;
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
    const api = await startGitHubApi({ manyIssues });
    closers.push(() => api.close());
    const { connection, mongoUri } = await connect(closers);
    const { server, origin } = await listen(closers);
    const callbackUrl = `${origin}/integrations/oauth/callback/github`;
    const githubApp = api.authorizationServer.register({ kind: 'github-app', callbackUrl });
    const encryptionKey = randomBytes(32).toString('base64');
    const settings = { mongoUri, apiUrl: api.url, encryptionKey, githubApp };
    // Who serves requests leaves the work in the background to others.
    const integrations = openInstance(connection, settings, { work: false });
    closers.push(() => integrations.close());
    await integrations.start();
    const webhookSecret = randomBytes(32).toString('base64url');
    const integration = await integrations.create({
      provider: 'github',
      name: 'Local GitHub',
      credentials: { token: api.token, webhookSecret },
      metadata: { owner: 'octokit-fixture-org', repo: 'paginate-issues', baseUrl: api.url },
    });
    // It is there to be called; another one will be synced.
    await integrations.syncs.pause(integration);
    server.on('request', createApp());
    return { api, connection, integrations, settings, integration, webhookSecret, origin, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function connect(closers: (() => Promise<unknown>)[]): Promise<{ connection: Connection; mongoUri: string }> {
  const mongo = await startMongo();
  closers.push(() => mongo.stop());
  const mongoUri = withDatabaseName(mongo.uri, `express_integrations_demo_${randomBytes(4).toString('hex')}`);
  const connection = await mongoose.createConnection(mongoUri, { serverSelectionTimeoutMS: 10_000 }).asPromise();
  closers.push(() => connection.close());
  // A server of our own goes with all its data, and Ctrl-C in a terminal reaches it as it reaches us.
  if (mongo.pid === undefined) closers.push(() => connection.dropDatabase());
  return { connection, mongoUri };
}

/** Its address is known before there is an application: GitHub asks for it when our app is registered. */
async function listen(closers: (() => Promise<unknown>)[]): Promise<{ server: Server; origin: string }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return { server, origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}
