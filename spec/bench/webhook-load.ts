import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { now, sentAtHeader, webhookBody, webhookHeaders } from './webhook-delivery.js';

/** Sent as fast as they are answered. */
export interface FastLoad {
  readonly connections: number;
  readonly deliveries: number;
}

/** Sent at an even pace, whether earlier ones have been answered or not. */
export interface EvenLoad {
  readonly perSecond: number;
  readonly deliveries: number;
}

/** How long it took, by `now()`. */
export interface Answered {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of each delivery, in milliseconds. */
  readonly latencies: readonly number[];
}

/** How soon autocannon notices that it is done, in milliseconds. */
const sampleInt = 20;

/** Sends deliveries that are all different; throws where one is not answered with 2xx. */
export async function sendFast(url: string, { connections, deliveries }: FastLoad): Promise<Answered> {
  const latencies: number[] = [];
  const startedAt = now();
  let endedAt = startedAt;
  const load = autocannon({
    ...{ url, connections, amount: deliveries, sampleInt },
    requests: [{ method: 'POST', body: webhookBody, setupRequest: another }],
  });
  // The promise that it is as well has no events.
  const instance = load as unknown as autocannon.Instance;
  instance.on('response', (_client, _status, _bytes, ms) => {
    latencies.push(ms);
    endedAt = now();
  });
  const result = await load;
  if (result['2xx'] !== deliveries || result.errors > 0) {
    const { errors, non2xx } = result;
    throw new Error(
      `Of ${deliveries} deliveries ${result['2xx']} were answered with 2xx, ${non2xx} otherwise; ${errors} errors.`,
    );
  }
  return { startedAt, endedAt, latencies };
}

function another(request: autocannon.Request): autocannon.Request {
  return { ...request, headers: { ...webhookHeaders, 'x-github-delivery': randomUUID() } };
}

/** Resolves when all are answered; throws where one is not answered with 200. */
export async function sendEvenly(url: string, { perSecond, deliveries }: EvenLoad): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const answers: Promise<void>[] = [];
  const started = performance.now();
  while (answers.length < deliveries) {
    const due = Math.min(deliveries, Math.ceil(((performance.now() - started) / 1_000) * perSecond));
    while (answers.length < due) answers.push(deliver(url, agent));
    await sleep(1);
  }
  await Promise.all(answers);
  agent.destroy();
}

function deliver(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...webhookHeaders,
      'content-length': webhookBody.length,
      'x-github-delivery': randomUUID(),
      [sentAtHeader]: String(now()),
    };
    request(url, { agent, method: 'POST', headers }, (response) => {
      if (response.statusCode !== 200)
        reject(new Error(`A delivery was answered with ${String(response.statusCode)}.`));
      response.resume().on('end', resolve).on('error', reject);
    })
      .on('error', reject)
      .end(webhookBody);
  });
}
