/**
 * The API of the soak of writes, in a process of its own. It executes each POST that it does not refuse, counts the
 * executions of each key (header `x-charge`), and then answers well, late, twice as late as the client waits, with an
 * error, or resets the connection. `GET /charges/<key>` tells how often. Arguments: the seed, and the client's time-out
 * in milliseconds. Sends its URL, and answers each message, `{ question }`, with all counts.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRandom } from './seeded-random.js';

const random = seededRandom(Number(process.argv[2] ?? 1));
const timeoutMs = Number(process.argv[3] ?? 300);
const executions = new Map<string, number>();

/** Before it was executed. */
const refusals: readonly Fault[] = [
  [0.05, (response) => response.socket?.resetAndDestroy()],
  [0.05, (response) => response.writeHead(429, { 'retry-after': '0.01' }).end()],
  [0.03, (response) => response.writeHead(422).end()],
];
/** Afterwards. */
const faults: readonly Fault[] = [
  [0.08, (response) => response.socket?.resetAndDestroy()],
  [0.05, (response) => response.writeHead(503).end()],
  [0.1, (response) => setTimeout(() => sendJson(response, 'late'), timeoutMs / 2)],
  [0.06, (response) => setTimeout(() => sendJson(response, 'too late'), timeoutMs * 2)],
  [0.03, (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('no JSON')],
];

type Fault = readonly [share: number, answer: (response: ServerResponse) => unknown];

const server = createServer((request, response) => {
  request.resume();
  const key = request.headers['x-charge'];
  if (request.method === 'GET') {
    sendJson(response, executions.get(decodeURIComponent(request.url?.split('/').at(-1) ?? '')) ?? 0);
    return;
  }
  if (befalls(refusals, response)) return;
  executions.set(String(key), (executions.get(String(key)) ?? 0) + 1);
  if (!befalls(faults, response)) sendJson(response, 'charged');
});

function befalls(kinds: readonly Fault[], response: ServerResponse): boolean {
  let chance = random();
  for (const [share, answer] of kinds) {
    if (chance < share) {
      answer(response);
      return true;
    }
    chance -= share;
  }
  return false;
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${String(port)}` });
});
process.on('message', ({ question }: { question: number }) => {
  process.send?.({ question, executions: Object.fromEntries(executions) });
});
process.once('disconnect', () => process.exit());
