/**
 * An API that counts its requests by its own clock and answers 429 to those over the limit. Requests and answers take
 * up to `delayMs` on their way, together. Messages: `{}` gives the origin, `{ report: true }` the requests that were
 * counted.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../bench/seeded-random.js';

export interface RateServerSettings {
  readonly limit: number;
  readonly windowMs: number;
  readonly delayMs: number;
  readonly seed: number;
  /** Whether it counts in windows that begin at multiples of their length since the epoch, or over the last one. */
  readonly isAligned: boolean;
}

/** What it counted. */
export interface RateServerReport {
  /** When it counted each request: milliseconds since the epoch. */
  readonly counted: readonly number[];
  /** The same, by path. */
  readonly byPath: Readonly<Record<string, readonly number[]>>;
  /** How many of them were over the limit. */
  readonly refused: number;
}

const { limit, windowMs, delayMs, seed, isAligned } = JSON.parse(process.argv[2] ?? '') as RateServerSettings;
const random = seededRandom(seed);
const counted: number[] = [];
const byPath: Record<string, number[]> = {};
let refused = 0;

const server = createServer((request, response) => {
  request.resume();
  const there = random() * delayMs;
  const back = random() * (delayMs - there);
  void sleep(there)
    .then(() => count(request.url ?? ''))
    .then(async (statusCode) => {
      await sleep(back);
      response.writeHead(statusCode).end();
    });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.('ready'));

function count(path: string): number {
  const now = performance.timeOrigin + performance.now();
  counted.push(now);
  (byPath[path] ??= []).push(now);
  const windowBegan = isAligned ? Math.floor(now / windowMs) * windowMs : now - windowMs;
  const isOver = (counted.at(-1 - limit) ?? -Infinity) > windowBegan;
  if (isOver) refused += 1;
  return isOver ? 429 : 204;
}

process.on('message', ({ report = false }: { report?: boolean }) => {
  const { port } = server.address() as AddressInfo;
  const answer: RateServerReport = { counted, byPath, refused };
  process.send?.(report ? answer : { origin: `http://127.0.0.1:${String(port)}` });
});
process.once('disconnect', () => process.exit());
