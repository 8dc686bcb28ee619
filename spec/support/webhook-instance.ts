/**
 * An instance whose provider, `senders`, takes every request for signed, with jobs that run, and quick settings.
 *
 *     const world = useWebhookInstance(database);
 *     await world.send('body', { event: 'order.paid', key: 'order-1' });
 *     await world.settled();
 *     world.handled; // ['body']
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  createIntegrations,
  type IntegrationDocument,
  type IntegrationProvider,
  type IntegrationsOptions,
  type IntegrationWebhookFields,
  type ProviderCapabilities,
  type WebhookRequest,
} from '../../lib/index.js';
import { createWebhookRequest } from '../../lib/webhooks/webhook-request.js';
import type { Database } from './database.js';
import { memoryLogger } from './memory-logger.js';
import { webhookProvider } from './webhook-provider.js';
import { waitFor } from './wait-for.js';

type Instance = ReturnType<typeof createIntegrations>;
export type Handle = (integration: IntegrationDocument | null, request: WebhookRequest) => unknown;

export interface WebhookInstanceOptions {
  readonly provider?: Partial<IntegrationProvider & ProviderCapabilities>;
  readonly webhooks?: IntegrationsOptions['webhooks'];
  readonly jobs?: IntegrationsOptions['jobs'];
  readonly http?: IntegrationsOptions['http'];
  /** Where a file has several. */
  readonly prefix?: string;
  /** False: the spec starts it, or does without. */
  readonly start?: boolean;
}

/** What is sent of a webhook. */
export interface Sent {
  readonly event?: string;
  readonly key?: string;
  readonly id?: string;
  /** To the provider's own URL, which is for no integration. */
  readonly isGeneric?: boolean;
}

export interface WebhookInstance {
  readonly integrations: Instance;
  /** A new one for each test. */
  readonly integration: IntegrationDocument;
  readonly logger: ReturnType<typeof memoryLogger>;
  /** The bodies that `handleWebhook` was called with, in this test. */
  readonly handled: string[];
  /** The events of this test's integration, by name, with the status of the webhook or log. */
  readonly emitted: string[];
  /** What `handleWebhook` does. */
  handle: Handle;
  send(body: string, sent?: Sent): Promise<void>;
  /** The webhooks of this test's integration, in the order in which they were received. */
  stored(): Promise<IntegrationWebhookFields[]>;
  /** Resolves when all of them are over. */
  settled(): Promise<IntegrationWebhookFields[]>;
}

const watched = ['operationCompleted', 'operationFailed'] as const;
const watchedWebhooks = ['webhookReceived', 'webhookProcessed', 'webhookFailed'] as const;

export function useWebhookInstance(database: Database, options: WebhookInstanceOptions = {}): WebhookInstance {
  const { provider = {}, webhooks, jobs, http, start = true, prefix } = options;
  const logger = memoryLogger();
  const handled: string[] = [];
  const emitted: string[] = [];
  let integration: IntegrationDocument | undefined;
  const integrations: Instance = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
    logger,
    ...(prefix !== undefined && { prefix }),
    ...(http !== undefined && { http }),
    jobs: { processEverySeconds: 0.2, lockSeconds: 5, ...jobs },
    webhooks: { leaseSeconds: 3, tries: 2, backoff: [0], ...webhooks },
    providers: {
      senders: webhookProvider((of, request) => {
        handled.push(request.rawBody.toString());
        return world.handle(of, request);
      }, provider),
    },
  });
  const world: WebhookInstance = {
    ...{ integrations, logger, handled, emitted },
    get integration() {
      if (integration === undefined) throw new Error('There is an integration in hooks and tests only.');
      return integration;
    },
    handle: () => undefined,
    async send(body, sent = {}) {
      const to = { provider: 'senders', integrationId: sent.isGeneric === true ? null : world.integration.id };
      await integrations.webhooks.receive(to, requestOf(body, sent));
    },
    stored: () =>
      integrations.models.IntegrationWebhook.find({ integrationId: world.integration._id })
        .sort({ createdAt: 1, _id: 1 })
        .lean(),
    settled: () =>
      waitFor(
        async () => {
          const all = await world.stored();
          const open = all.filter(({ status }) => status === 'pending' || status === 'processing');
          if (open.length > 0) throw new Error(`${open.length} of ${all.length} webhooks are not over.`);
          return all;
        },
        { timeout: 20_000, interval: 20 },
      ),
  };
  const note = (name: string, of: IntegrationDocument | null, { status }: { readonly status: string }): void => {
    if (of?.id === integration?.id) emitted.push(`${name} ${status}`);
  };
  for (const name of watched) integrations.on(name, ({ integration: of, log }) => note(name, of, log));
  for (const name of watchedWebhooks) integrations.on(name, ({ integration: of, webhook }) => note(name, of, webhook));
  beforeAll(async () => {
    await (start ? integrations.start() : integrations.install());
  });
  beforeEach(async () => {
    world.handle = () => undefined;
    integration = await integrations.create({ provider: 'senders', name: 'Senders', credentials: {} });
    for (const list of [handled, emitted, logger.lines]) list.length = 0;
  });
  afterAll(() => integrations.close());
  return world;
}

/** As it arrives. */
export function requestOf(body: string, { event, key, id = randomUUID() }: Sent): WebhookRequest {
  return createWebhookRequest({
    method: 'POST',
    url: 'https://example.com/hooks?source=spec',
    headers: {
      'x-id': id,
      ...(event !== undefined && { 'x-event': event }),
      ...(key !== undefined && { 'x-key': key }),
    },
    rawBody: Buffer.from(body),
  });
}
