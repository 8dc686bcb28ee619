/**
 * A real HTTP server for a spec file, on a free port of 127.0.0.1.
 *
 *     const upstream = useHttpServer(); // at the top of the file or of a describe
 *     upstream.answer((request, response) => response.end('hello')); // per test
 *     await fetch(upstream.origin); // known once the tests run
 *
 * @module
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';

/** The head of a request that came. */
interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** What answers a request, now or later. */
type Answerer = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface HttpServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly port: number;
  /** What came in this test, in order. */
  readonly received: readonly ReceivedRequest[];
  /** Sets how the server answers in this test; until then all is 204. */
  answer(answerer: Answerer): void;
}

/** Runs a server while the tests of the file or suite run. */
export function useHttpServer(): HttpServer {
  let answerer: Answerer;
  let received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    answerer(request, response);
  });
  const port = () => (server.address() as AddressInfo).port;
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  beforeEach(() => {
    received = [];
    answerer = (_request, response) => response.writeHead(204).end();
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    get origin() {
      return `http://127.0.0.1:${port()}`;
    },
    get port() {
      return port();
    },
    get received() {
      return received;
    },
    answer(next) {
      answerer = next;
    },
  };
}
