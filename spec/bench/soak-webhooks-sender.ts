import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request, type RequestOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SoakDelivery } from './soak-webhooks-instance.js';

export interface SenderOptions {
  readonly path: string;
  readonly secret: string;
  /** Where the receivers are now. */
  readonly origins: () => readonly string[];
  readonly random: () => number;
}

/** What became of all deliveries. */
export interface Sent {
  /** When a delivery was acknowledged, in milliseconds since the epoch, by its number. */
  readonly acknowledged: ReadonlyMap<number, number>;
  /** Acknowledgements that said `duplicate`. */
  readonly duplicates: number;
  /** Answers 503. */
  readonly refused: number;
  /** Requests without an answer. */
  readonly unanswered: number;
  /** Answers that no sender should ever get. */
  readonly unexpected: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Of so many requests, the sender does not wait for the answer: it is lost on its way. */
const lostAnswers = 0.02;
const failingFirst = 0.01;
/** Before a sender tries again. */
const backoffMs = 300;
const answerWithinMs = 10_000;

/** Sends as the senders of webhooks do: what is not acknowledged comes again, to whoever answers, under the same id. */
export function createSender({ path, secret, origins, random }: SenderOptions) {
  const agent = new Agent({ keepAlive: true });
  const acknowledged = new Map<number, number>();
  const unexpected: string[] = [];
  const counts = { duplicates: 0, refused: 0, unanswered: 0 };
  const underWay = new Set<Promise<void>>();

  async function deliver(number: number): Promise<void> {
    const delivery: SoakDelivery = { number, fails: random() < failingFirst };
    const body = JSON.stringify({ ...delivery, filler: 'x'.repeat(500) });
    const headers = headersOf(secret, body);
    let losesAnswer = random() < lostAnswers;
    for (let attempt = number; !acknowledged.has(number); attempt += 1) {
      const all = origins();
      const url = new URL(path, all[attempt % all.length]);
      const answer = await post(url, { agent, headers, losesAnswer }, body).catch(() => null);
      losesAnswer = false;
      note(number, answer);
      if (!acknowledged.has(number)) await sleep(backoffMs * (0.5 + random()));
    }
  }

  function note(number: number, answer: Answer | null): void {
    if (answer === null) counts.unanswered += 1;
    else if (answer.status === 200) {
      acknowledged.set(number, Date.now());
      if (answer.body.includes('duplicate')) counts.duplicates += 1;
    } else if (answer.status === 503) counts.refused += 1;
    else unexpected.push(`${String(answer.status)} ${answer.body}`);
  }

  return {
    send(number: number): void {
      const delivery = deliver(number).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    },
    /** Resolves when all are acknowledged. */
    async finish(): Promise<Sent> {
      while (underWay.size > 0) await Promise.all(underWay);
      agent.destroy();
      return { acknowledged, unexpected, ...counts };
    },
  };
}

function headersOf(secret: string, body: string): Record<string, string> {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'x-hub-signature-256': `sha256=${signature}`,
    'x-github-delivery': randomUUID(),
  };
}

function post(
  url: URL,
  { losesAnswer, ...options }: RequestOptions & { readonly losesAnswer: boolean },
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, method: 'POST', timeout: answerWithinMs }, (response) => {
      if (losesAnswer) {
        response.destroy();
        reject(new Error('The answer was lost.'));
        return;
      }
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    outgoing.once('error', reject).once('timeout', () => outgoing.destroy(new Error('There was no answer.')));
    outgoing.end(body);
  });
}
