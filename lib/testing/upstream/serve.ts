import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorMessage } from '../../error-message.js';
import { FakeAnswer } from '../fakes/fake-response.js';
import { createExchange } from './exchange.js';
import type { FaultPlan } from './fault-plan.js';
import { Fault } from './faults.js';
import type { Route, Routes } from './routes.js';
import type { UpstreamClock } from './upstream-clock.js';
import { readRequest, type UpstreamRequest } from './upstream-request.js';

export interface ServeParts {
  readonly routes: Pick<Routes, 'find' | 'patterns'>;
  readonly plan: Pick<FaultPlan, 'next'>;
  readonly clock: UpstreamClock;
  readonly note: (request: UpstreamRequest) => void;
  /** Aborted when the upstream is closed. */
  readonly signal: AbortSignal;
}

/** Answers requests, by the faults that are planned, else by the routes. Never rejects. */
export function createServe(parts: ServeParts): (message: IncomingMessage, response: ServerResponse) => void {
  const { routes, plan, clock, note, signal } = parts;

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message, clock.now());
    note(request);
    const line = { method: request.method, endpoint: request.path };
    const route = routes.find(line) ?? notFound(routes.patterns);
    const { previous } = route;
    const answer = () => answerOf(route, request);
    const exchange = createExchange({ request, clock, response, previous, answer, signal });
    const fault = plan.next(line) ?? (await asFault(route, request));
    await fault.play(exchange);
  }

  return (message, response) => {
    serve(message, response).catch((error: unknown) => fail(response, error));
  };
}

/** Without a fault: the answer of the route, unless that is one. */
async function asFault(route: Route, request: UpstreamRequest): Promise<Fault> {
  const taken = await route.take(request);
  if (taken instanceof Fault) return taken;
  route.previous = taken;
  return new Fault('none', ({ send }) => send(taken));
}

/** What a fault plays with. */
async function answerOf(route: Route, request: UpstreamRequest): Promise<FakeAnswer> {
  const taken = await route.take(request);
  const answer = taken instanceof Fault ? new FakeAnswer(204, {}, null) : taken;
  route.previous = answer;
  return answer;
}

function notFound(patterns: readonly string[]): Route {
  const body = { message: 'The upstream has no such route.', routes: patterns };
  return { previous: null, take: async () => Promise.resolve(new FakeAnswer(404, {}, body)) };
}

/** A mistake in a route shows in the answer: the sender's error is what the test sees. */
function fail(response: ServerResponse, error: unknown): void {
  // The sender has broken off, or the upstream is closed.
  if (response.headersSent || response.destroyed || response.socket === null) return;
  const message = errorMessage(error);
  response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}
