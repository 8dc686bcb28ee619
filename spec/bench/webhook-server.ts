/**
 * A process that receives webhooks on a port of its own, until its parent ends. Its settings are JSON in argv[2]. `{
 * ask: 'url' }` is answered with where; `{ ask: 'handled', count }` when so many have been handled since its start,
 * with when the last one was; `{ ask: 'latencies' }` with how many milliseconds after it was sent each one was handled,
 * of those that say so and have not been told of before.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { openWebhookApp, type WebhookAppKind } from './webhook-apps.js';
import { now } from './webhook-delivery.js';

export interface WebhookServerSettings {
  /** With the name of a database that it has for itself. */
  readonly uri: string;
  readonly kind: WebhookAppKind;
}

export type WebhookServerQuestion =
  { readonly ask: 'url' } | { readonly ask: 'handled'; readonly count: number } | { readonly ask: 'latencies' };

const { uri, kind } = JSON.parse(process.argv[2] ?? '') as WebhookServerSettings;
const connection = await mongoose.createConnection(uri).asPromise();
let latencies: number[] = [];
let handled = 0;
let lastHandledAt = 0;
const opened = await openWebhookApp(connection, kind, (sentAt) => {
  handled += 1;
  lastHandledAt = now();
  if (sentAt !== null) latencies.push(lastHandledAt - sentAt);
});
const server = createServer(opened.app);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');

process.on('message', (question: WebhookServerQuestion) => void answer(question));
process.once('disconnect', () => process.exit());
process.send?.('ready');

async function answer(question: WebhookServerQuestion): Promise<void> {
  switch (question.ask) {
    case 'url': {
      const { port } = server.address() as AddressInfo;
      process.send?.(`http://127.0.0.1:${String(port)}${opened.path}`);
      break;
    }
    case 'handled':
      while (handled < question.count) await sleep(1);
      process.send?.(lastHandledAt);
      break;
    case 'latencies':
      process.send?.(latencies);
      latencies = [];
  }
}
