/**
 * A process that receives and handles webhooks, and writes into the collection `sink` what it handles. Messages: `{
 * bodies, key }` has it receive those, and is answered with those that were stored. What a webhook does stands in its
 * body.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { createIntegrations, type IntegrationsOptions } from '../../lib/index.js';
import { requestOf } from './webhook-instance.js';
import { webhookProvider } from './webhook-provider.js';

export interface WebhookWorkerSettings {
  readonly uri: string;
  readonly integrationId: string;
  readonly webhooks?: IntegrationsOptions['webhooks'];
}

/**
 * What is sent. `wait`: the handler takes so many milliseconds. `failures`: attempts that fail before one succeeds.
 * `crashes`: its process dies of it. `onlyOnce`: it fails where it was begun before.
 */
export interface WorkerBody {
  readonly name: string;
  readonly wait?: number;
  readonly failures?: number;
  readonly crashes?: boolean;
  readonly onlyOnce?: boolean;
}

interface Order {
  readonly bodies: readonly WorkerBody[];
  readonly key?: string;
}

const { uri, integrationId, webhooks } = JSON.parse(process.argv[2] ?? '') as WebhookWorkerSettings;
const connection = await mongoose.createConnection(uri).asPromise();
const sink = connection.collection('sink');

const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
  logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  jobs: { processEverySeconds: 0.2, lockSeconds: 2 },
  webhooks: { leaseSeconds: 1, concurrency: 5, tries: 5, backoff: [0.2], ...webhooks },
  providers: {
    senders: webhookProvider(async (_integration, request) => {
      const { name, wait = 0, failures = 0, crashes = false, onlyOnce = false } = request.json() as WorkerBody;
      const facts = { name, key: request.headers['x-key'] ?? null, pid: process.pid };
      const { insertedId } = await sink.insertOne({ ...facts, begunAt: Date.now(), endedAt: null });
      if (crashes) process.exit(1);
      const isRepeated = onlyOnce && (await sink.countDocuments({ name })) > 1;
      if (wait > 0) await sleep(wait);
      await sink.updateOne({ _id: insertedId }, { $set: { endedAt: Date.now() } });
      if ((await sink.countDocuments({ name })) <= failures) throw new Error('not yet');
      if (isRepeated) throw new Error('once is enough');
    }),
  },
});
await integrations.start();

process.on('message', (order: Order) => void receive(order));
process.once('disconnect', () => process.exit());
process.send?.('ready');

async function receive({ bodies, key }: Order): Promise<void> {
  const stored: string[] = [];
  for (const body of bodies) {
    const request = requestOf(JSON.stringify(body), { id: body.name, ...(key !== undefined && { key }) });
    await integrations.webhooks.receive({ provider: 'senders', integrationId }, request);
    stored.push(body.name);
  }
  process.send?.(stored);
}

function ignore(): void {
  // Nobody reads it.
}
