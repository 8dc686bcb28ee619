import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { CircuitOpenError, createIntegrations, isIntegrationError } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';
import { outcome, useCircuits } from './circuit-world.js';

const upstream = useHttpServer();
const database = useDatabase();

const down = (_request: unknown, response: ServerResponse) => response.writeHead(503).end();
const up = (_request: unknown, response: ServerResponse) => response.writeHead(204).end();

describe('a circuit that opens after three failures in a row', () => {
  const world = useCircuits(database, upstream, 'counted');

  async function opened() {
    const integration = await world.fresh();
    upstream.answer(down);
    for (let call = 0; call < 3; call += 1) await outcome(integration.at('/down').post());
    return integration;
  }

  it('refuses further calls at once, without sending them', async () => {
    const integration = await opened();
    const seen = upstream.received.length;
    const error: unknown = await integration
      .at('/down')
      .post()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toMatchObject({
      code: 'CIRCUIT_OPEN',
      integrationId: integration.id,
      openedAt: expect.any(Date),
      cooldownSeconds: 2.5,
    });
    const { retryAfterSeconds } = error as CircuitOpenError;
    expect(Number.isInteger(retryAfterSeconds)).toBe(true);
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(3);
    expect(upstream.received).toHaveLength(seen);
  });

  it('tells why, once', async () => {
    const integration = await opened();
    expect(world.eventsOf(integration)).toEqual(['opened: failureCount']);
  });

  it('leaves nothing in the log of a call that it refused', async () => {
    const integration = await opened();
    await outcome(integration.at('/refused').post());
    await expect(integration.requests().countDocuments({ endpoint: '/refused' })).resolves.toBe(0);
  });

  it('is the integration’s alone', async () => {
    await opened();
    upstream.answer(up);
    const other = await world.fresh();
    await expect(outcome(other.at('/').post())).resolves.toBe('ok');
  });

  it('stays closed where an answer comes in between', async () => {
    const integration = await world.fresh();
    for (const answer of [down, down, up, down, down]) {
      upstream.answer(answer);
      await outcome(integration.at('/').post());
    }
    await expect
      .poll(() => world.integrations.circuit.inspect(integration))
      .toMatchObject({
        state: 'closed',
        failuresInARow: 2,
      });
  });

  it('writes nothing for answers', async () => {
    const integration = await world.fresh();
    upstream.answer(up);
    for (let call = 0; call < 3; call += 1) await integration.at('/').post();
    await expect(world.stored(integration)).resolves.toBeNull();
  });

  it('closes by the probe after the cooldown, and can open again', async () => {
    const integration = await opened();
    const seen = upstream.received.length;
    upstream.answer(up);
    const openSince = performance.now();
    await expect.poll(() => outcome(integration.at('/').post()), { timeout: 5_000 }).toBe('ok');
    expect(performance.now() - openSince).toBeGreaterThan(2_000);
    expect(upstream.received).toHaveLength(seen + 1);
    expect(world.eventsOf(integration)).toEqual(['opened: failureCount', 'closed: probeSucceeded']);
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'closed', epoch: 1, fails: 0, b: {} });
    upstream.answer(down);
    for (let call = 0; call < 3; call += 1)
      await expect(outcome(integration.at('/').post())).resolves.toBe('UPSTREAM_STATUS');
    await expect(outcome(integration.at('/').post())).resolves.toBe('CIRCUIT_OPEN');
  });

  it('lets exactly one of many callers probe, and refuses the others', async () => {
    const integration = await opened();
    const held: ServerResponse[] = [];
    upstream.answer((_request, response) => held.push(response));
    await world.endCooldown(integration);
    const results: string[] = [];
    const ask = () => void outcome(integration.at('/probe').post()).then((result) => results.push(result));
    await expect
      .poll(() => {
        for (let caller = 0; caller < 20; caller += 1) ask();
        return held.length;
      })
      .toBe(1);
    await sleep(1_200);
    for (let caller = 0; caller < 20; caller += 1) ask();
    await expect.poll(() => results.length).toBeGreaterThan(20);
    expect(new Set(results)).toEqual(new Set(['CIRCUIT_OPEN']));
    expect(held).toHaveLength(1);
    held[0]?.writeHead(204).end();
    await expect.poll(() => results.includes('ok')).toBe(true);
  });

  it('opens for a fresh cooldown when the probe fails', async () => {
    const integration = await opened();
    await world.endCooldown(integration);
    await expect.poll(() => outcome(integration.at('/').post())).toBe('UPSTREAM_STATUS');
    const error: unknown = await integration
      .at('/')
      .post()
      .catch((reason: unknown) => reason);
    expect((error as CircuitOpenError).retryAfterSeconds).toBeGreaterThan(1.5);
    expect(world.eventsOf(integration)).toEqual(['opened: failureCount', 'opened: probeFailed']);
  });

  it.each([404, 401, 422, 429])('is closed by a %i, an answer of a living server', async (status) => {
    const integration = await opened();
    await world.endCooldown(integration);
    upstream.answer((_request, response) => response.writeHead(status).end());
    await expect.poll(() => outcome(integration.at('/').post())).toBe('UPSTREAM_STATUS');
    await expect(world.integrations.circuit.inspect(integration)).resolves.toMatchObject({ state: 'closed' });
  });

  it('lets the next caller probe at once where a probe was aborted', async () => {
    const integration = await opened();
    await world.endCooldown(integration);
    const abort = new AbortController();
    upstream.answer(() => abort.abort());
    const aborted = () => outcome(integration.at('/').withOptions({ signal: abort.signal }).post());
    await expect.poll(aborted).toBe('CALL_ABORTED');
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'open', probeUntil: null });
    upstream.answer(up);
    await expect(outcome(integration.at('/').post())).resolves.toBe('ok');
    expect(world.eventsOf(integration)).toEqual(['opened: failureCount', 'closed: probeSucceeded']);
  });

  it('drops what comes late of calls that were made before it opened', async () => {
    const integration = await world.fresh();
    const held: ServerResponse[] = [];
    upstream.answer((request, response) => {
      if (request.url === '/late') held.push(response);
      else response.writeHead(503).end();
    });
    const late = [1, 2, 3, 4].map(() => outcome(integration.at('/late').post()));
    await expect.poll(() => held.length).toBe(4);
    for (let call = 0; call < 3; call += 1) await outcome(integration.at('/').post());
    await world.endCooldown(integration);
    upstream.answer(up);
    await expect.poll(() => outcome(integration.at('/').post())).toBe('ok');

    for (const response of held) response.writeHead(503).end();
    await Promise.all(late);

    await expect(world.integrations.circuit.inspect(integration)).resolves.toMatchObject({
      state: 'closed',
      failuresInARow: 0,
    });
  });
});

describe('what counts as a failure', () => {
  const world = useCircuits(
    database,
    upstream,
    'judged',
    { failureCount: 1 },
    { requests: { timeoutMs: 300 }, retry: { readAttempts: 1 } },
  );

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['500', (response) => response.writeHead(500).end()],
    ['502', (response) => response.writeHead(502).end()],
    ['a reset', (response) => response.socket?.resetAndDestroy()],
    ['a time-out', () => undefined],
  ])('%s does', async (_name, answer) => {
    const integration = await world.fresh();
    upstream.answer((_request, response) => answer(response));
    await outcome(integration.at('/').get());
    await expect(outcome(integration.at('/').get())).resolves.toBe('CIRCUIT_OPEN');
  });

  it.each([400, 401, 403, 404, 409, 422, 429, 501])('%i does not', async (status) => {
    const integration = await world.fresh();
    upstream.answer((_request, response) => response.writeHead(status).end());
    await outcome(integration.at('/').get());
    await expect(outcome(integration.at('/').get())).resolves.toBe('UPSTREAM_STATUS');
    await expect(world.stored(integration)).resolves.toBeNull();
  });

  it.each<[string, () => unknown]>([
    ['a bug in a callback', () => (undefined as unknown as { length: number }).length],
    ['something that cannot be judged', () => Promise.reject(new Error('Who knows?'))],
    ['a schema that the answer does not fit', () => 'no number'],
  ])('%s does not', async (_name, callback) => {
    const integration = await world.fresh();
    const call = () => outcome(integration.at('sdk').as({ type: 'number' }).get(callback));
    await expect(call()).resolves.not.toBe('ok');
    await expect(call()).resolves.not.toBe('CIRCUIT_OPEN');
    await expect(world.stored(integration)).resolves.toBeNull();
  });

  it('an answer with a 5xx does that a callback returns instead of throwing', async () => {
    const integration = await world.fresh();
    await integration.at('sdk').get(() => ({ status: 503, headers: {} }));
    await expect(outcome(integration.at('sdk').get(() => 'fine'))).resolves.toBe('CIRCUIT_OPEN');
  });
});

describe('a circuit that opens between the attempts of a call', () => {
  const world = useCircuits(database, upstream, 'between', { failureCount: 2 });

  it('counts each attempt, is not retried, and leaves the real failure as the cause', async () => {
    const integration = await world.fresh();
    upstream.answer(down);
    const error: unknown = await integration
      .at('/')
      .withAttempts(5)
      .get()
      .catch((reason: unknown) => reason);
    expect(upstream.received).toHaveLength(2);
    expect(isIntegrationError(error, 'CIRCUIT_OPEN')).toBe(true);
    expect((error as CircuitOpenError).cause).toMatchObject({ code: 'UPSTREAM_STATUS', statusCode: 503 });
    const [logged] = await integration.requests().lean();
    expect(logged).toMatchObject({ statusCode: 503, error: { code: 'UPSTREAM_STATUS' } });
    expect(logged?.attempts).toHaveLength(2);
  });

  it('ends the retries of integration.http as well', async () => {
    const integration = await world.fresh();
    upstream.answer(down);
    await expect(integration.http.get('/')).rejects.toMatchObject({ cause: { code: 'CIRCUIT_OPEN' } });
    expect(upstream.received).toHaveLength(2);
  });
});

describe('a circuit that opens by the failure rate', () => {
  const world = useCircuits(database, upstream, 'rated', {
    strategy: 'rate',
    windowSeconds: 10,
    failureRate: 0.5,
    minimumAttempts: 10,
  });

  it('opens at the share, once there were enough attempts', async () => {
    const integration = await world.fresh();
    upstream.answer(down);
    for (let call = 1; call <= 9; call += 1) {
      await expect(outcome(integration.at('/').post())).resolves.toBe('UPSTREAM_STATUS');
    }
    await expect(world.integrations.circuit.inspect(integration)).resolves.toMatchObject({
      state: 'closed',
      counts: { answered: 0, failed: 9 },
    });
    await outcome(integration.at('/').post());
    await expect(outcome(integration.at('/').post())).resolves.toBe('CIRCUIT_OPEN');
    expect(world.eventsOf(integration)).toEqual(['opened: failureRate']);
  });

  it('stays closed below the share', async () => {
    const integration = await world.fresh();
    for (let call = 0; call < 60; call += 1) {
      upstream.answer(call % 3 === 0 ? down : up);
      await outcome(integration.at('/').post());
    }
    await expect(world.integrations.circuit.inspect(integration)).resolves.toMatchObject({ state: 'closed' });
    expect(upstream.received).toHaveLength(60);
  });

  it('opens once, also where many fail at the same time', async () => {
    const integration = await world.fresh();
    upstream.answer(down);
    await Promise.all(Array.from({ length: 64 }, () => outcome(integration.at('/').post())));
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'open', epoch: 1, b: {} });
    expect(world.eventsOf(integration)).toEqual(['opened: failureRate']);
  });
});

describe('a circuit that is switched off', () => {
  const world = useCircuits(database, upstream, 'unguarded', { enabled: false, failureCount: 1 });

  it('never refuses, records nothing and reads nothing', async () => {
    const integration = await world.fresh();
    upstream.answer(down);
    for (let call = 0; call < 3; call += 1)
      await expect(outcome(integration.at('/').post())).resolves.toBe('UPSTREAM_STATUS');
    await expect(world.stored(integration)).resolves.toBeNull();
    await expect(world.integrations.circuit.inspect(integration)).resolves.toMatchObject({
      state: 'closed',
      effectiveState: 'disabled',
    });
  });
});

describe('an open circuit', () => {
  const world = useCircuits(database, upstream, 'lasting', { cooldownSeconds: 600 });

  it('is open for an instance that begins later, too', async () => {
    const integration = await world.fresh();
    upstream.answer(down);
    for (let call = 0; call < 3; call += 1) await outcome(integration.at('/').post());
    const connection = await mongoose.createConnection(database.uri).asPromise();
    const later = createIntegrations({
      connection,
      prefix: 'lasting',
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 1).toString('base64') }],
      providers: { local: localProvider(upstream) },
      logger: false,
    });
    const same = await later.findOrFail(integration.id);
    await expect(outcome(same.at('sdk').get(() => 'never called'))).resolves.toBe('CIRCUIT_OPEN');
    await later.close();
    await connection.close();
  });
});
