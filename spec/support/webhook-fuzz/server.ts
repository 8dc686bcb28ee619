/**
 * The application that is fuzzed, in a process of its own: its end is seen, and its memory is measured. Asked for its
 * world, it tells where it is; asked for a measure, how much memory it has and what its handlers were given since.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import {
  answerChallenge,
  captureRawBody,
  createIntegrations,
  integrationsRouter,
  verifySignature,
  type HandlesWebhooks,
  type IntegrationDocument,
  type IntegrationProvider,
  type WebhookRequest,
} from 'express-integrations';
import mongoose from 'mongoose';
import type { HandledWebhook } from './ledger.js';
import {
  maxBodyBytes,
  maxCandidates,
  runHeader,
  secretOf,
  targetNames,
  targetOf,
  type FuzzWorld,
  type Mount,
  type TargetName,
} from './targets.js';
import { digestOf } from './wire.js';

export interface FuzzServerSettings {
  readonly uri: string;
}

export interface FuzzOrder {
  readonly order: 'world' | 'measure' | 'stop';
}

/** What the server says when it is asked. */
export interface FuzzMeasure {
  readonly heapMegabytes: number;
  readonly rssMegabytes: number;
  readonly handled: readonly HandledWebhook[];
  /** What the instance has logged as an error. */
  readonly errors: readonly string[];
}

const { uri } = JSON.parse(process.argv[2] ?? '') as FuzzServerSettings;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const ignore = (): void => undefined;
const errors: string[] = [];
const handled: HandledWebhook[] = [];

const connection = await mongoose.createConnection(uri).asPromise();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'fuzz', secret: Buffer.alloc(32, 7).toString('base64') }],
  logger: {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (message) => void errors.push(message),
  },
  webhooks: { maxBodyBytes, maxCandidates, tries: 1 },
  providers: Object.fromEntries([
    ...targetNames.map((name) => [name, providerOf(name)] as const),
    ['deaf', { name: 'deaf', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } }],
  ]),
});
await integrations.start();
const ids = await connectTenants();
const server = createServer(application());
// Nobody may hang up between two exchanges.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.('ready'));

process.on('message', ({ order }: FuzzOrder) => {
  void answerOrder(order).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());

async function answerOrder(order: FuzzOrder['order']): Promise<FuzzWorld | FuzzMeasure> {
  if (order === 'world') return { port: (server.address() as AddressInfo).port, ids };
  if (order === 'stop') {
    server.close();
    server.closeAllConnections();
    await integrations.runDue();
    await integrations.stop();
  }
  return measure();
}

function measure(): FuzzMeasure {
  // Twice, because finalizers of the first collection free more.
  collect();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  const megabyte = 1024 * 1024;
  return {
    heapMegabytes: (heapUsed + external) / megabyte,
    rssMegabytes: rss / megabyte,
    handled: handled.splice(0),
    errors: errors.splice(0),
  };
}

/** As careless as providers are: what they are sent, they take for what it should be. */
function providerOf(name: TargetName): IntegrationProvider & HandlesWebhooks {
  const { scheme, idIn } = targetOf(name);
  const idOf: HandlesWebhooks['webhookDeliveryId'] = {
    header: ({ headers }: WebhookRequest) =>
      (headers['webhook-id'] ?? headers['x-github-delivery'] ?? null) as string | null,
    body: (request: WebhookRequest) => (request.json() as { id: string }).id,
    nowhere: () => null,
  }[idIn];
  return {
    name,
    credentialSchema: { type: 'object', properties: { secret: { type: 'string' } } },
    metadataSchema: { type: 'object' },
    async verifyWebhookSignature(integration, request) {
      const secret = integration === null ? secretOf(name, 0) : await credentialOf(integration);
      return verifySignature(scheme, { ...request, secrets: [secret] }).valid;
    },
    webhookDeliveryId: idOf,
    resolveWebhookEvent: (request) => (request.json() as { type: string }).type,
    webhookHandlers: () => (name === 'hub' ? { push: noteHandled } : {}),
    handleWebhook: async (_integration, request) => noteHandled(_integration, request),
    ...(name === 'stripe' && { webhookOrderingKey: (request) => (request.json() as { about: string }).about }),
    ...(name === 'standard' && { sealWebhooks: true }),
    ...(name === 'hubspot' && { invalidSignatureStatus: 400 }),
    ...(name === 'app' && {
      webhookSecretScope: 'application',
      resolveIntegration: (request) => (request.json() as { to: string }).to,
    }),
    ...((name === 'slack' || name === 'meta') && {
      answerWebhookChallenge: async (integration, request) => {
        const secrets = integration === null ? [] : [await credentialOf(integration)];
        return answerChallenge(scheme, { ...request, secrets, verifyToken: 'verify' });
      },
    }),
  };
}

async function credentialOf(integration: IntegrationDocument): Promise<string> {
  const { secret } = await integration.getCredentials();
  return String(secret);
}

/** Fails for what is no JSON: such webhooks end as failed ones. */
function noteHandled(_integration: IntegrationDocument | null, request: WebhookRequest): void {
  handled.push([String(request.headers[runHeader]), digestOf(request.url, request.rawBody)]);
  request.json();
}

async function connectTenants(): Promise<FuzzWorld['ids']> {
  const all = targetNames.map(async (name) => {
    const { tenants, isOff = false } = targetOf(name);
    const made: string[] = [];
    for (let tenant = 0; tenant < tenants; tenant += 1) {
      const credentials = { secret: secretOf(name, tenant) };
      const integration = await integrations.create({ provider: name, name: `${name} ${tenant}`, credentials });
      if (isOff) await integrations.disable(integration);
      made.push(integration.id);
    }
    return [name, made] as const;
  });
  return Object.fromEntries(await Promise.all(all)) as unknown as FuzzWorld['ids'];
}

function application(): Express {
  const app = express();
  const router = integrationsRouter({ integrations });
  const place = (mount: Mount): string => `/${mount}`;
  const kept = { verify: captureRawBody, limit: '1mb' };
  app.use(place('before'), router);
  app.use(
    place('behind'),
    express.json({ ...kept, strict: false }),
    express.urlencoded(kept),
    express.text(kept),
    router,
  );
  app.use(place('raw'), express.raw({ type: () => true, limit: '1mb' }), router);
  app.use((_req: Request, res: Response) => void res.status(404).set('x-host', '1').end());
  // What its parsers refuse is the host's affair; whatever else comes here is not.
  const answerError: ErrorRequestHandler = (error: { readonly status?: number }, _req, res, _next) => {
    const { status = 500 } = error;
    if (status >= 500) errors.push(`The application answers ${status}.`);
    res.status(status).set('x-host', '1').end();
  };
  app.use(answerError);
  return app;
}
