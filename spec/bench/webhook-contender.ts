import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { withDatabaseName } from '../support/mongo-uri.js';
import { startScript } from './start-script.js';
import type { WebhookAppKind } from './webhook-apps.js';
import { sendEvenly, sendFast, type Answered, type EvenLoad, type FastLoad } from './webhook-load.js';
import type { WebhookServerQuestion, WebhookServerSettings } from './webhook-server.js';

/** An application that receives webhooks, in a process of its own. */
export interface WebhookContender {
  readonly kind: WebhookAppKind;
  /** Where it handles as well, the time lasts until the last one has been handled. */
  sendFast(load: FastLoad): Promise<Answered>;
  /** How many milliseconds after it was sent each one was handled. */
  sendEvenly(load: EvenLoad): Promise<readonly number[]>;
  /** Resolves when all are processed, where it handles. */
  settled(): Promise<void>;
  /** Throws unless exactly what was acknowledged is stored, and processed where it handles. */
  verify(): Promise<void>;
  close(): Promise<void>;
}

const settleWithinMs = 60_000;

/** Starts it on an empty database. */
export async function startWebhookContender(mongoUri: string, kind: WebhookAppKind): Promise<WebhookContender> {
  const uri = withDatabaseName(mongoUri, `bench_webhooks_${kind}`);
  const connection = await mongoose.createConnection(uri).asPromise();
  await connection.dropDatabase();
  const settings: WebhookServerSettings = { uri, kind };
  const server = await startScript('webhook-server.ts', settings);
  const ask = (question: WebhookServerQuestion): Promise<unknown> => server.ask(question);
  const url = String(await ask({ ask: 'url' }));
  const webhooks = connection.collection('integration_webhooks');
  const handles = kind === 'process';
  let acknowledged = 0;

  async function settled(): Promise<void> {
    if (!handles) return;
    const until = performance.now() + settleWithinMs;
    const open = { status: { $in: ['pending', 'processing'] } };
    while ((await webhooks.countDocuments(open)) > 0 && performance.now() < until) await sleep(20);
  }

  return {
    kind,
    async sendFast(load) {
      const answered = await sendFast(url, load);
      acknowledged += load.deliveries;
      if (!handles) return answered;
      const lastHandledAt = Number(await ask({ ask: 'handled', count: acknowledged }));
      return { ...answered, endedAt: Math.max(answered.endedAt, lastHandledAt) };
    },
    async sendEvenly(load) {
      await sendEvenly(url, load);
      acknowledged += load.deliveries;
      await ask({ ask: 'handled', count: acknowledged });
      return (await ask({ ask: 'latencies' })) as number[];
    },
    settled,
    async verify() {
      await settled();
      const stored = await webhooks.countDocuments(handles ? { status: 'processed' } : {});
      if (stored === acknowledged) return;
      const what = handles ? 'stored and processed' : 'stored';
      throw new Error(`${kind}: of ${acknowledged} acknowledged webhooks ${stored} are ${what}.`);
    },
    async close() {
      await server.end();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
