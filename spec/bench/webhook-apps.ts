import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Express, type Request, type RequestHandler } from 'express';
import {
  createIntegrations,
  defineProvider,
  integrationsRouter,
  verifySignature,
  type IntegrationsOptions,
  type IntegrationWebhookFields,
  type WebhookRequest,
} from 'express-integrations';
import mongoose, { type Connection } from 'mongoose';
import { sentAtHeader, webhookSecret } from './webhook-delivery.js';

/**
 * `bare`: what one writes by hand. The others are this package. `receive`: other processes handle; `process`: this one
 * does, by an empty handler; `sealed`: as `receive`, with bodies that are sealed at rest.
 */
export type WebhookAppKind = 'bare' | 'receive' | 'process' | 'sealed';

/** An application that receives webhooks. */
export interface WebhookApp {
  readonly app: Express;
  readonly path: string;
}

/** Called when a webhook is handled, with when it was sent, by `now()`; null: it does not say so. */
export type OnHandled = (sentAt: number | null) => void;

export function openWebhookApp(
  connection: Connection,
  kind: WebhookAppKind,
  onHandled: OnHandled,
): Promise<WebhookApp> {
  return kind === 'bare' ? bare(connection) : ours(connection, kind, onHandled);
}

async function ours(
  connection: Connection,
  kind: Exclude<WebhookAppKind, 'bare'>,
  onHandled: OnHandled,
): Promise<WebhookApp> {
  const elsewhere = { jobs: { enabled: false }, webhooks: { processIn: 'worker' } } as const;
  const integrations = instance(connection, {
    providers: { github: sender(kind === 'sealed', onHandled) },
    ...(kind !== 'process' && elsewhere),
  });
  await integrations.start();
  const credentials = { secret: webhookSecret };
  const { id } = await integrations.create({ provider: 'github', name: 'Bench', credentials });
  return {
    app: express().use(integrationsRouter({ integrations })),
    path: `${integrations.basePath}/github/${id}/webhook`,
  };
}

function sender(isSealed: boolean, onHandled: OnHandled) {
  return defineProvider({
    name: 'GitHub',
    credentialSchema: { type: 'object', properties: { secret: { type: 'string' } }, required: ['secret'] },
    metadataSchema: { type: 'object' },
    ...(isSealed && { sealWebhooks: true }),
    async verifyWebhookSignature(integration, { headers, rawBody }: WebhookRequest) {
      const { secret } = (await integration?.getCredentials()) ?? {};
      return secret !== undefined && verifySignature('github', { headers, rawBody, secrets: [secret] }).valid;
    },
    resolveWebhookEvent: ({ headers }: WebhookRequest) => String(headers['x-github-event']),
    webhookDeliveryId: ({ headers }: WebhookRequest) => String(headers['x-github-delivery']),
    webhookHandlers: () => ({}),
    handleWebhook(_integration, { headers }: WebhookRequest) {
      const sentAt = headers[sentAtHeader];
      onHandled(sentAt === undefined ? null : Number(sentAt));
      return Promise.resolve();
    },
  });
}

function instance(connection: Connection, options: Pick<IntegrationsOptions, 'providers' | 'jobs' | 'webhooks'>) {
  const encryptionKeys = [{ id: 'bench', secret: Buffer.alloc(32, 7).toString('base64') }];
  return createIntegrations({ connection, encryptionKeys, logger: false, ...options });
}

/** Raw body, one HMAC, one awaited insertOne: of the same document, into a collection with the same indexes. */
async function bare(connection: Connection): Promise<WebhookApp> {
  const integrations = instance(connection, {});
  await integrations.install();
  const { collectionName } = integrations.models.IntegrationWebhook.collection;
  await integrations.close();
  // The driver's own, on the pool that it has by default.
  const webhooks = connection.getClient().db(connection.name).collection<IntegrationWebhookFields>(collectionName);
  const writeConcern = { w: 'majority', j: true } as const;
  const integrationId = new mongoose.Types.ObjectId();
  const receive: RequestHandler = async (req: Request<unknown, unknown, Buffer>, res) => {
    const { 'x-hub-signature-256': signature, ...headers } = req.headers;
    const expected = `sha256=${createHmac('sha256', webhookSecret).update(req.body).digest('hex')}`;
    if (!isSame(String(signature), expected)) {
      res.status(401).json({ status: 'refused' });
      return;
    }
    await webhooks.insertOne(documentOf(integrationId, req, headers), { writeConcern });
    res.json({ status: 'queued' });
  };
  const path = '/webhook';
  const app = express().post(path, express.raw({ type: () => true }), receive);
  return { app, path };
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function documentOf(
  integrationId: mongoose.Types.ObjectId,
  { method, protocol, host, originalUrl, body }: Request<unknown, unknown, Buffer>,
  headers: Request['headers'],
): IntegrationWebhookFields {
  const received = new Date();
  return {
    _id: new mongoose.Types.ObjectId(),
    provider: 'github',
    integrationId,
    eventType: String(headers['x-github-event']),
    deliveryId: String(headers['x-github-delivery']),
    orderingKey: null,
    bodyKey: null,
    bodyKeyExpiresAt: null,
    method,
    url: `${protocol}://${host}${originalUrl}`,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value = '']) => [name, value])),
    payload: new mongoose.mongo.Binary(body),
    status: 'pending',
    attempts: 0,
    crashes: 0,
    availableAt: received,
    lease: null,
    deferredSince: null,
    error: null,
    processedAt: null,
    requests: [],
    requestCount: 0,
    createdAt: received,
    updatedAt: received,
  };
}
