/**
 * The API of the soak, in a process of its own: by chance, seeded, it answers well, with an error, with a body that
 * fits no schema, late, or not at all. `{ outage: true }` makes it fail every request until `{ outage: false }`. Its
 * argument is the seed; it sends its URL, and answers each message with the number of requests it got.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRandom } from './seeded-random.js';

const random = seededRandom(Number(process.argv[2] ?? 1));
let outage = false;
let requests = 0;

const faults: readonly (readonly [share: number, answer: (response: ServerResponse) => void])[] = [
  [0.01, (response) => response.socket?.resetAndDestroy()],
  // Not answered at all: the attempt times out.
  [0.002, () => undefined],
  [0.003, (response) => response.writeHead(429, { 'retry-after': '0.02' }).end()],
  [0.03, (response) => response.writeHead(503).end('unavailable')],
  [0.01, (response) => response.writeHead(500).end('broken')],
  [0.02, (response) => response.writeHead(404).end('not found')],
  [0.02, (response) => sendJson(response, { name: 'not what was asked for' })],
];

const server = createServer((request, response) => {
  request.resume();
  requests += 1;
  answer(response);
});

function answer(response: ServerResponse): void {
  if (outage) {
    response.writeHead(503).end('down');
    return;
  }
  let chance = random();
  for (const [share, fault] of faults) {
    if (chance < share) {
      fault(response);
      return;
    }
    chance -= share;
  }
  sendJson(response, { id: requests });
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${String(port)}` });
});
process.on('message', (message: { outage: boolean }) => {
  ({ outage } = message);
  process.send?.({ requests });
});
process.once('disconnect', () => process.exit());
