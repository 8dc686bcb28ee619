/**
 * The API of the circuit specs, in a process of its own. It notes every request: who sent it, when it came, when it was
 * over. Messages: `{ mode: 'up' | 'down' }` sets how it answers (`down`: 503, after a while in which others could
 * come); each is answered with `{ origin, requests }`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that came; `end` null: it is still there. Times in milliseconds since the epoch. */
export interface NotedRequest {
  readonly worker: string;
  readonly mode: Mode;
  readonly begin: number;
  end: number | null;
}

export interface UpstreamReport {
  readonly origin: string;
  readonly requests: readonly NotedRequest[];
}

type Mode = 'up' | 'down';

const holdMs = 400;
const requests: NotedRequest[] = [];
let mode: Mode = 'up';

function answer(request: IncomingMessage, response: ServerResponse): void {
  const noted: NotedRequest = { worker: String(request.headers['x-worker']), mode, begin: Date.now(), end: null };
  requests.push(noted);
  response.once('close', () => {
    noted.end = Date.now();
  });
  request.resume();
  if (mode === 'up') response.writeHead(204).end();
  else setTimeout(() => response.writeHead(503).end(), holdMs);
}

const server = createServer(answer);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.('ready'));
process.on('message', (message: { readonly mode?: Mode }) => {
  mode = message.mode ?? mode;
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  process.send?.({ origin, requests } satisfies UpstreamReport);
});
process.once('disconnect', () => process.exit());
