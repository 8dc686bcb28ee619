import { createServer } from 'node:http';
import { IntegrationError } from '../../errors.js';
import { createFaultPlan, type FaultTarget, type RandomFaults } from './fault-plan.js';
import type { Fault } from './faults.js';
import { createRoutes } from './routes.js';
import { createServe } from './serve.js';
import { createUpstreamClock, type UpstreamClock } from './upstream-clock.js';
import type { UpstreamAnswer, UpstreamRequest } from './upstream-request.js';

export interface UpstreamOptions {
  /** Where it listens, on 127.0.0.1; default: a port that is free. */
  readonly port?: number;
}

/** A server of the test's own that stands for the other API, with all that can go wrong there. */
export interface Upstream {
  /** `http://127.0.0.1:<port>`; the instance has to allow that host: `http: { allowedPrivateHosts: ['127.0.0.1'] }`. */
  readonly origin: string;
  readonly clock: UpstreamClock;
  /** What it got, in order, requests that failed included. */
  readonly requests: readonly UpstreamRequest[];
  /**
   * What a route answers, by patterns as `fake()` has them: a value as JSON, null as 204, `respond()`, `sequence()`, a
   * function, or a fault. Any other path is answered with 404.
   */
  on(pattern: string, answer: UpstreamAnswer): Upstream;
  /**
   * The next request, or so many of them, meets a fault; what is said first comes first.
   *
   * @throws IntegrationError `OPTIONS_INVALID`
   */
  failNext(fault: Fault, target?: FaultTarget & { readonly times?: number }): Upstream;
  /** Requests meet faults at random, with a seed, until `reset()`. @throws IntegrationError `OPTIONS_INVALID` */
  failRandomly(random: RandomFaults): Upstream;
  /** Forgets routes, faults and requests; the clock is that of this process again. For the next test. */
  reset(): void;
  /** Ends all connections and the server. */
  close(): Promise<void>;
}

/** Starts a real HTTP server on 127.0.0.1. Close it. */
export async function startUpstream({ port = 0 }: UpstreamOptions = {}): Promise<Upstream> {
  const clock = createUpstreamClock();
  const [routes, plan] = [createRoutes(), createFaultPlan()];
  const closing = new AbortController();
  let requests: UpstreamRequest[] = [];
  const note = (request: UpstreamRequest) => requests.push(request);
  const server = createServer(createServe({ routes, plan, clock, note, signal: closing.signal }));
  const origin = await listen(server, port);

  const upstream: Upstream = {
    origin,
    clock,
    get requests() {
      return requests;
    },
    on(pattern, given) {
      routes.set(pattern, given);
      return upstream;
    },
    failNext(fault, { on, times = 1 } = {}) {
      plan.failNext(fault, { times, ...(on !== undefined && { on }) });
      return upstream;
    },
    failRandomly(random) {
      plan.failRandomly(random);
      return upstream;
    },
    reset() {
      for (const part of [routes, plan]) part.clear();
      clock.release();
      requests = [];
    },
    close: () => close(server, closing),
  };
  return upstream;
}

type Server = ReturnType<typeof createServer>;

/** Where it listens. */
function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: Error) =>
      reject(new IntegrationError('OPTIONS_INVALID', `The upstream cannot listen on port ${String(port)}.`, { cause }));
    server.once('error', refuse);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', refuse);
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://127.0.0.1:${String(bound)}`);
    });
  });
}

function close(server: Server, closing: AbortController): Promise<void> {
  closing.abort();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
