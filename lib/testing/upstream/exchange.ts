import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeAnswer } from '../fakes/fake-response.js';
import { encoded } from './encoded-answer.js';
import type { UpstreamClock } from './upstream-clock.js';
import type { UpstreamRequest } from './upstream-request.js';

/** One request and its answer, for a fault to play with. */
export interface Exchange {
  readonly request: UpstreamRequest;
  readonly clock: UpstreamClock;
  /** What the route answers: what it does has happened then. */
  answer(): Promise<FakeAnswer>;
  /** What the same route answered before; null: nothing yet. */
  readonly previous: FakeAnswer | null;
  /** Sends an answer, or its first part alone, in so many milliseconds. */
  send(answer: FakeAnswer, options?: SendOptions): Promise<void>;
  /** Breaks the connection off. */
  reset(): void;
  /** Resolves after that time, or rejects when the upstream is closed. */
  wait(ms: number): Promise<void>;
}

interface SendOptions {
  /** Milliseconds from the head to the end of the body; default 0. */
  readonly overMs?: number;
  /** Breaks off in the middle of the body. */
  readonly isBrokenOff?: boolean;
}

/** Of a slow body. */
const pieces = 8;

export type ExchangeParts = Pick<Exchange, 'request' | 'clock' | 'answer' | 'previous'> & {
  readonly response: ServerResponse;
  /** Aborted when the upstream is closed. */
  readonly signal: AbortSignal;
};

export function createExchange({ response, signal, ...facts }: ExchangeParts): Exchange {
  const wait = (ms: number) => sleep(ms, undefined, { signal });

  async function sendSlowly(body: Buffer, overMs: number): Promise<void> {
    const size = Math.max(1, Math.ceil(body.length / pieces));
    for (let at = 0; at < body.length; at += size) {
      await wait(overMs / pieces);
      response.write(body.subarray(at, at + size));
    }
    response.end();
  }

  return {
    ...facts,
    wait,
    async send(answer, { overMs = 0, isBrokenOff = false } = {}) {
      const { status, headers, body } = await encoded(answer);
      response.sendDate = false;
      response.writeHead(status, { date: facts.clock.now().toUTCString(), 'content-length': body.length, ...headers });
      if (isBrokenOff) {
        response.write(body.subarray(0, body.length >> 1));
        // What is written arrives, and then the end, too early.
        response.socket?.destroySoon();
      } else if (overMs > 0) await sendSlowly(body, overMs);
      else response.end(body);
    },
    reset() {
      response.socket?.resetAndDestroy();
    },
  };
}
