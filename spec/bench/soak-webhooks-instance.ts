import {
  createIntegrations,
  defineProvider,
  verifySignature,
  type IntegrationDocument,
  type WebhookRequest,
} from 'express-integrations';
import mongoose from 'mongoose';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SoakWebhooksSettings {
  /** With the name of the database. */
  readonly uri: string;
  readonly leaseSeconds: number;
  /** The file that this process writes what it has handled to, a line each; null: it handles nothing. */
  readonly sink: string | null;
}

/** What is sent. */
export interface SoakDelivery {
  readonly number: number;
  /** The first attempt fails. */
  readonly fails: boolean;
}

/** A line of a sink. */
export interface Handled {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const longestHandlerMs = 20;

/** An instance of the soak of webhooks. What its handler does is outside of MongoDB, and outlives a kill. */
export async function openSoakInstance({ uri, leaseSeconds, sink }: SoakWebhooksSettings) {
  const connection = await mongoose.createConnection(uri).asPromise();
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'soak', secret: Buffer.alloc(32, 7).toString('base64') }],
    logger: false,
    providers: { sender: providerWriting(sink) },
    webhooks: { leaseSeconds, backoff: [1] },
    jobs: { enabled: sink !== null, processEverySeconds: 1, lockSeconds: leaseSeconds },
  });
  await integrations.start();
  return { connection, integrations };
}

function providerWriting(sink: string | null) {
  const failed = new Set<number>();
  return defineProvider({
    name: 'Sender',
    credentialSchema: { type: 'object', properties: { secret: { type: 'string' } }, required: ['secret'] },
    metadataSchema: { type: 'object' },
    async verifyWebhookSignature(integration: IntegrationDocument | null, { headers, rawBody }: WebhookRequest) {
      const { secret = '' } = (await integration?.getCredentials()) ?? {};
      return verifySignature('github', { headers, rawBody, secrets: [String(secret)] }).valid;
    },
    webhookDeliveryId: ({ headers }: WebhookRequest) => headers['x-github-delivery']?.toString() ?? null,
    resolveWebhookEvent: () => null,
    webhookHandlers: () => ({}),
    async handleWebhook(_integration: IntegrationDocument | null, request: WebhookRequest) {
      const { number, fails } = request.json() as SoakDelivery;
      await sleep(number % longestHandlerMs);
      if (fails && !failed.has(number)) {
        failed.add(number);
        throw new Error('Every now and then, the first attempt fails.');
      }
      const line: Handled = { number, at: Date.now() };
      if (sink !== null) appendFileSync(sink, `${JSON.stringify(line)}\n`);
    },
  });
}
