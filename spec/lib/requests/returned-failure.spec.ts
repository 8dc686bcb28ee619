import { PassThrough } from 'node:stream';
import axios from 'axios';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { RequestContext } from '../../../lib/context.js';
import { CircuitOpenError } from '../../../lib/errors.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { createPipelineFixture } from './pipeline-fixture.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream, { circuit: { enabled: false } });

/** Answers one status after the other, and the last one from then on. */
function answerWith(statuses: readonly number[], headers: Record<string, string> = {}): void {
  const rest = [...statuses];
  upstream.answer((_request, response) => {
    const status = rest.length > 1 ? rest.shift() : rest[0];
    response.writeHead(status ?? 500, { 'content-type': 'application/json', ...headers }).end('{"a":1}');
  });
}

/** Clients that return a failing response instead of throwing, and what theirs is called. */
const clients: [string, string, () => Promise<unknown>][] = [
  ['fetch', 'Response', () => fetch(upstream.origin)],
  ['axios', 'Object', () => axios.get(upstream.origin, { validateStatus: () => true })],
];

const logged = (endpoint: string) => local.integration.requests().where({ endpoint }).lean();

describe.each(clients)('a failing response that %s returned', (client, className, request) => {
  it('counts as what it is: retried like one that was thrown, and recorded as failed', async () => {
    answerWith([503, 429, 404]);
    const events: string[] = [];
    const { integrations, integration } = local;
    const off = (['requestFailed', 'requestCompleted'] as const).map((name) =>
      integrations.on(name, (event) => void events.push(`${name} ${event.request.endpoint}`)),
    );
    const endpoint = `${client}.failing`;
    const returned = await integration.at(endpoint).get(request);
    expect(returned).toMatchObject({ status: 404 });
    expect(upstream.received).toHaveLength(3);
    const error = (status: number) => ({
      class: className,
      message: `The callback returned a response with status ${status}.`,
      code: null,
      trace: null,
    });
    expect(await logged(endpoint)).toMatchObject([
      {
        statusCode: 404,
        error: error(404),
        attempts: [
          { statusCode: 503, failureClass: 'upstream', error: error(503) },
          { statusCode: 429, failureClass: 'throttle', error: error(429) },
          { statusCode: 404, failureClass: 'client', error: error(404) },
        ],
      },
    ]);
    await expect.poll(() => events).toEqual([`requestFailed ${endpoint}`]);
    for (const each of off) each();
  });

  it('is a success when a retry is answered well', async () => {
    answerWith([503, 200]);
    const endpoint = `${client}.recovering`;
    expect(await local.integration.at(endpoint).get(request)).toMatchObject({ status: 200 });
    expect(await logged(endpoint)).toMatchObject([
      { statusCode: 200, error: null, attempts: [{ failureClass: 'upstream' }, { failureClass: null, error: null }] },
    ]);
  });

  it('is given as it is after the last attempt, its body unread', async () => {
    answerWith([503]);
    const returned = await local.integration.at(`${client}.last`).withAttempts(2).get(request);
    expect(upstream.received).toHaveLength(2);
    const body: unknown = returned instanceof Response ? await returned.json() : (returned as { data: unknown }).data;
    expect(body).toEqual({ a: 1 });
  });

  it('is one that writes do not repeat', async () => {
    answerWith([503]);
    expect(await local.integration.at(`${client}.write`).post(request)).toMatchObject({ status: 503 });
    expect(upstream.received).toHaveLength(1);
  });
});

describe('the connection of a response that is retried', () => {
  it('is freed: an unread body does not hold on to it', async () => {
    const open = new Set<unknown>();
    upstream.answer((_request, response) => {
      open.add(response);
      response.on('close', () => open.delete(response));
      const status = upstream.received.length < 3 ? 503 : 200;
      response.writeHead(status, { 'content-type': 'text/plain' });
      // Endless, but for the last.
      if (status === 503) response.write('x'.repeat(1024));
      else response.end();
    });
    await local.integration.at('unread').get(() => fetch(upstream.origin));
    expect(upstream.received).toHaveLength(3);
    await expect.poll(() => open.size).toBe(0);
  });

  it('is freed whatever the body is', async () => {
    const bodies = [new PassThrough(), new PassThrough()];
    const responses = [{ body: bodies[0] }, { data: bodies[1] }, {}];
    const { at } = createPipelineFixture({ provider: { retryDelayMs: () => 0 } });
    await at('x').get(() => ({ status: responses.length > 1 ? 503 : 200, headers: {}, ...responses.shift() }));
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });
});

describe('the wait before the retry of a returned response', () => {
  it.each<[string, unknown]>([
    ['a Headers object', new Headers({ 'retry-after': '0.002' })],
    ['a plain object', { 'Retry-After': '0.002' }],
  ])('is what its Retry-After says, in %s', async (_form, headers) => {
    const { at, recorded } = createPipelineFixture();
    const statuses = [429, 200];
    await at('x').get(() => ({ status: statuses.shift(), headers }));
    expect(recorded[0]?.call.attempts.map(({ delayBeforeMs }) => delayBeforeMs)).toEqual([0, 2]);
  });

  it('can be ended by the caller, who gets the failure as the cause', async () => {
    const controller = new AbortController();
    const provider = { retryDelayMs: () => (setImmediate(() => controller.abort()), 60_000) };
    const { at } = createPipelineFixture({ provider });
    const call = at('x')
      .withOptions({ signal: controller.signal })
      .get(() => new Response(null, { status: 503 }));
    await expect(call).rejects.toMatchObject({ code: 'CALL_ABORTED', cause: { statusCode: 503 } });
  });
});

describe('a returned response', () => {
  it('is what the hooks of the provider are asked about', async () => {
    const response = new Response(null, { status: 503 });
    const classifyFailure = vi.fn(() => 'client' as const);
    const isRetryable = vi.fn(() => null);
    const { at, recorded } = createPipelineFixture({ provider: { classifyFailure, isRetryable } });
    expect(await at('x').get(() => response)).toBe(response);
    expect(classifyFailure.mock.calls).toEqual([[response]]);
    expect(isRetryable.mock.calls).toEqual([[response]]);
    expect(recorded[0]?.call.attempts).toMatchObject([{ statusCode: 503, failureClass: 'client' }]);
  });

  it('is none, and no failure, where it has no headers', async () => {
    const { at, recorded } = createPipelineFixture();
    await at('x').get(() => ({ status: 503, title: "the host's own field" }));
    expect(recorded).toMatchObject([{ error: null }]);
    expect(recorded[0]?.call.attempts).toMatchObject([{ statusCode: null, failureClass: null, error: null }]);
  });

  it.each([200, 204, 301, 304, 399])('of %i is no failure', async (status) => {
    const { at, recorded } = createPipelineFixture();
    await at('x').get(() => ({ statusCode: status, headers: {} }));
    expect(recorded).toMatchObject([{ error: null }]);
    expect(recorded[0]?.call.attempts).toMatchObject([{ statusCode: status, failureClass: null }]);
  });

  it('whose retry is refused is the cause of the refusal', async () => {
    const facts = { integrationId: '1', openedAt: null, cooldownSeconds: 30, retryAfterSeconds: 30 };
    const { at, recorded } = createPipelineFixture({
      provider: { retryDelayMs: () => 0 },
      circuit: {
        admit: async ({ attempt, previousFailure: cause }) => {
          if (attempt > 1) throw new CircuitOpenError({ ...facts, cause });
          return { settle: async () => undefined };
        },
      },
    });
    const call = at('x').get(() => ({ status: 503, headers: {}, data: { a: 1 } }));
    await expect(call).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', cause: { statusCode: 503, body: { a: 1 } } });
    expect(recorded[0]?.call.attempts).toMatchObject([{ statusCode: 503, failureClass: 'upstream' }]);
  });

  it('that does not fit the schema is judged by its status, and raises the drift in the end', async () => {
    const { at, recorded } = createPipelineFixture({ provider: { retryDelayMs: () => 0 } });
    const callback = vi.fn(() => ({ status: 503, headers: {}, data: { message: 'later' } }));
    const issue = z.object({ title: z.string() });
    await expect(at('x').as(issue).get(callback)).rejects.toMatchObject({ code: 'SCHEMA_DRIFT' });
    expect(callback).toHaveBeenCalledTimes(3);
    expect(recorded[0]?.call.attempts[0]).toMatchObject({ statusCode: 503, failureClass: 'upstream' });
  });
});

describe('a failing status that the callback reports', () => {
  it('counts like a returned response', async () => {
    const { at, recorded } = createPipelineFixture({ provider: { retryDelayMs: () => 0 } });
    const callback = vi.fn((context: RequestContext) => {
      context.reportResponseMetadata({ statusCode: 503 });
      return null;
    });
    await expect(at('x').get(callback)).resolves.toBeNull();
    expect(callback).toHaveBeenCalledTimes(3);
    expect(recorded[0]?.call.attempts[0]).toMatchObject({
      statusCode: 503,
      failureClass: 'upstream',
      error: { message: 'The callback reported the status 503.' },
    });
  });
});
