/**
 * A receiver of webhooks behind the routes of an instance, on a real server; what it stores is handled by nobody: the
 * worker writes down what it was given.
 *
 *     const receiver = await openReceiver({ database, providers: { acme: signingProvider() } });
 *     server.answer(receiver.app());
 *
 * @module
 */
import { createHmac, randomUUID } from 'node:crypto';
import express, { type Express, type RequestHandler } from 'express';
import type { Connection } from 'mongoose';
import { createBoundSealer } from '../../lib/credentials/bound-sealer.js';
import { createKeyRing } from '../../lib/credentials/key-ring.js';
import { createEventHub } from '../../lib/event-hub.js';
import type { IntegrationEvents } from '../../lib/events.js';
import {
  createIntegrations,
  defineProvider,
  type HandlesWebhooks,
  verifySignature,
  type IntegrationDocument,
  type IntegrationProvider,
  type IntegrationWebhookFields,
  type ProviderCapabilities,
  type WebhookRequest,
} from '../../lib/index.js';
import { createServerClock } from '../../lib/server-clock.js';
import type { WebhookSettings } from '../../lib/types/webhook-settings.js';
import { createInbox } from '../../lib/webhooks/inbox.js';
import { createReceiver } from '../../lib/webhooks/receive-webhook.js';
import { createRecipients } from '../../lib/webhooks/recipients.js';
import { instanceRoutes } from '../../middleware/instance-routes.js';
import { memoryLogger } from './memory-logger.js';

export type WebhookMembers = Partial<IntegrationProvider & ProviderCapabilities>;

/** A provider whose webhooks are signed as GitHub signs them, with the secret of the integration. */
export function signingProvider(members: WebhookMembers = {}): IntegrationProvider & HandlesWebhooks {
  return {
    ...defineProvider({
      name: 'Signing API',
      credentialSchema: { type: 'object', properties: { secret: { type: 'string' } } },
      metadataSchema: { type: 'object' },
      handleWebhook: () => Promise.resolve(),
      async verifyWebhookSignature(integration, { headers, rawBody }: WebhookRequest) {
        const { secret = '' } = (await integration?.getCredentials()) ?? {};
        return verifySignature('github', { headers, rawBody, secrets: [String(secret)] }).valid;
      },
      resolveWebhookEvent: ({ headers }: WebhookRequest) => String(headers['x-github-event'] ?? '') || null,
      webhookHandlers: () => ({}),
      webhookDeliveryId: ({ headers }: WebhookRequest) => String(headers['x-github-delivery'] ?? '') || null,
    }),
    ...members,
  };
}

export const sign = (secret: string, body: string | Buffer): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** What a sender with that secret sends. */
export function signed(secret: string, body: string | Buffer = '{"a":1}', headers: Record<string, string> = {}) {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hub-signature-256': sign(secret, body),
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      ...headers,
    },
    body,
  };
}

export interface ReceiverSetup {
  readonly connection: Connection;
  readonly providers: Readonly<Record<string, IntegrationProvider>>;
  readonly settings?: Partial<WebhookSettings>;
  readonly publicUrl?: string | null;
  /** The process handles what it receives; default true. */
  readonly handles?: boolean;
}

const settingsByDefault = {
  ...{ maxBodyBytes: 1_048_576, leaseSeconds: 60, sameBodySeconds: 86_400, storeWithinMs: 10_000, maxCandidates: 100 },
};

export type OpenReceiver = ReturnType<typeof openReceiver>;

/** Makes the instance, and the parts of it that receive. */
export function openReceiver({ connection, providers, publicUrl = null, handles = true, ...given }: ReceiverSetup) {
  const settings = { ...settingsByDefault, ...given.settings };
  const encryptionKeys = [{ id: 'spec', secret: Buffer.alloc(32, 7).toString('base64') }];
  const logger = memoryLogger();
  const integrations = createIntegrations({ connection, providers, encryptionKeys, logger });
  const { models } = integrations;
  const events = createEventHub(logger);
  const received: IntegrationEvents['webhookReceived'][] = [];
  events.on('webhookReceived', (payload) => received.push(payload));
  const worker = recordingWorker(handles);
  const sealer = createBoundSealer(createKeyRing(encryptionKeys));
  const inbox = createInbox({ model: models.IntegrationWebhook, ...settings });
  const recipients = createRecipients({
    ...{ model: models.Integration, registry: integrations.providers, logger },
    ...settings,
  });
  const clock = createServerClock(connection);
  const webhooks = createReceiver({
    ...{ recipients, inbox, clock, sealer, settings, publicUrl, worker, events, models, logger },
  });
  return {
    ...{ integrations, models, logger, received, worker, sealer, webhooks },
    /** The application of a host, with what it has before the routes. */
    app(...before: readonly RequestHandler[]): Express {
      const app = express();
      for (const handler of before) app.use(handler);
      app.use(instanceRoutes({ ...integrations, webhooks }));
      return app;
    },
    /** An active integration with a secret of its own. */
    async connect(provider = 'acme', secret = `secret-${randomUUID()}`) {
      const integration = await integrations.create({ provider, name: provider, credentials: { secret } });
      return {
        integration,
        secret,
        path: pathOf(provider, integration),
        urlOf: (origin: string) => origin + pathOf(provider, integration),
      };
    },
    stored: () => models.IntegrationWebhook.find().sort({ _id: 1 }).lean<IntegrationWebhookFields[]>(),
  };
}

function pathOf(provider: string, integration: IntegrationDocument): string {
  return `/integrations/${provider}/${integration.id}/webhook`;
}

/** Admits everything, or nothing, and handles nothing. */
function recordingWorker(handles: boolean) {
  const admitted: string[] = [];
  const taken: { readonly token: string; readonly webhook: IntegrationWebhookFields | null }[] = [];
  let wakes = 0;
  return {
    admitted,
    taken,
    wakes: () => wakes,
    admit() {
      if (!handles) return null;
      const token = randomUUID();
      admitted.push(token);
      return token;
    },
    take: (token: string, webhook: IntegrationWebhookFields | null) => void taken.push({ token, webhook }),
    wake: () => void (wakes += 1),
  };
}
