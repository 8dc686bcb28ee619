import type { ServerResponse } from 'node:http';
import mongoose, { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createIntegrations, type CircuitOpenError, type ForcedCircuitState } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';
import { outcome, useCircuits } from './circuit-world.js';

const upstream = useHttpServer();
const database = useDatabase();
const world = useCircuits(database, upstream, 'forced', { cooldownSeconds: 600 });

const down = (_request: unknown, response: ServerResponse) => response.writeHead(503).end();

async function openedByFailures() {
  const integration = await world.fresh();
  upstream.answer(down);
  for (let call = 0; call < 3; call += 1) await outcome(integration.at('/').post());
  upstream.answer((_request, response) => response.writeHead(204).end());
  return integration;
}

describe('inspect', () => {
  it('tells of a circuit that nothing has happened to', async () => {
    const integration = await world.fresh();
    await expect(world.integrations.circuit.inspect(integration.id)).resolves.toEqual({
      state: 'closed',
      effectiveState: 'closed',
      openedAt: null,
      retryAfterSeconds: 0,
      counts: { answered: 0, failed: 0 },
      failuresInARow: 0,
      forced: null,
    });
  });

  it('tells of one that is open', async () => {
    const integration = await openedByFailures();
    const status = await world.integrations.circuit.inspect(integration);
    expect(status).toMatchObject({ state: 'open', effectiveState: 'open', forced: null, openedAt: expect.any(Date) });
    expect(status.retryAfterSeconds).toBeGreaterThan(590);
    expect(status.retryAfterSeconds).toBeLessThanOrEqual(600);
  });
});

describe('force and release', () => {
  it('hold a circuit open, and let go of it', async () => {
    const integration = await world.fresh();
    const { circuit } = world.integrations;
    await circuit.force(integration, 'open');
    const error: unknown = await integration
      .at('/')
      .post()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', openedAt: null, retryAfterSeconds: 600 });
    await expect(circuit.inspect(integration)).resolves.toMatchObject({
      state: 'closed',
      effectiveState: 'open',
      forced: { state: 'open', until: null },
    });
    await circuit.release(integration);
    await expect(outcome(integration.at('/').post())).resolves.toBe('ok');
    expect(world.eventsOf(integration)).toEqual(['opened: forced', 'closed: forced']);
  });

  it('close an open circuit, for good', async () => {
    const integration = await openedByFailures();
    const { circuit } = world.integrations;
    await circuit.force(integration, 'closed');
    await expect(outcome(integration.at('/').post())).resolves.toBe('ok');
    await circuit.release(integration);
    await expect(outcome(integration.at('/').post())).resolves.toBe('ok');
    await expect(circuit.inspect(integration)).resolves.toMatchObject({ state: 'closed', openedAt: null });
    expect(world.eventsOf(integration)).toEqual(['opened: failureCount', 'closed: forced']);
  });

  it('switch a circuit off, and find it as it was', async () => {
    const integration = await openedByFailures();
    const { circuit } = world.integrations;
    await circuit.force(integration, 'disabled');
    await expect(outcome(integration.at('/').post())).resolves.toBe('ok');
    await expect(circuit.inspect(integration)).resolves.toMatchObject({ state: 'open', effectiveState: 'disabled' });
    await circuit.release(integration);
    await expect(outcome(integration.at('/').post())).resolves.toBe('CIRCUIT_OPEN');
    expect(world.eventsOf(integration)).toEqual(['opened: failureCount', 'closed: forced', 'opened: forced']);
  });

  it.each(['closed', 'disabled'] as const)('count nothing while it is %s', async (state) => {
    const integration = await world.fresh();
    const { circuit } = world.integrations;
    await circuit.force(integration, state);
    upstream.answer(down);
    for (let call = 0; call < 5; call += 1) await outcome(integration.at('/').post());
    await circuit.release(integration);
    await expect(circuit.inspect(integration)).resolves.toMatchObject({ state: 'closed', failuresInARow: 0 });
    expect(upstream.received).toHaveLength(5);
    expect(world.eventsOf(integration)).toEqual([]);
  });

  it('emit nothing where calls meet the same as before', async () => {
    const integration = await openedByFailures();
    const { circuit } = world.integrations;
    await circuit.force(integration, 'open');
    await circuit.force(integration, 'open', { forSeconds: 60 });
    await circuit.release(integration);
    await circuit.release(integration);
    expect(world.eventsOf(integration)).toEqual(['opened: failureCount']);
  });

  it('let go by themselves when the time is over, and tell it once', async () => {
    const integration = await world.fresh();
    await world.integrations.circuit.force(integration, 'open', { forSeconds: 0.5 });
    const error: unknown = await integration
      .at('/')
      .post()
      .catch((reason: unknown) => reason);
    expect((error as CircuitOpenError).retryAfterSeconds).toBeLessThanOrEqual(1);
    await expect.poll(() => outcome(integration.at('/').post())).toBe('ok');
    await Promise.all(Array.from({ length: 10 }, () => integration.at('/').post()));
    await expect.poll(() => world.eventsOf(integration)).toEqual(['opened: forced', 'closed: forced']);
    await expect(world.stored(integration)).resolves.toMatchObject({ forced: null });
  });

  it('are seen by another instance within a second', async () => {
    const connection = await mongoose.createConnection(database.uri).asPromise();
    const other = createIntegrations({
      connection,
      prefix: 'forced',
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 1).toString('base64') }],
      providers: { local: localProvider(upstream) },
      logger: false,
    });
    const integration = await world.fresh();
    const same = await other.findOrFail(integration.id);
    const call = () => outcome(same.at('sdk').get(() => 'called'));
    await expect(call()).resolves.toBe('ok');
    await world.integrations.circuit.force(integration, 'open');
    const begun = performance.now();
    await expect.poll(call, { timeout: 5_000 }).toBe('CIRCUIT_OPEN');
    expect(performance.now() - begun).toBeLessThan(1_500);
    await other.close();
    await connection.close();
  });

  it('refuse what is no state and no time', async () => {
    const integration = await world.fresh();
    const { circuit } = world.integrations;
    const code = { code: 'OPTIONS_INVALID' };
    await expect(circuit.force(integration, 'ajar' as ForcedCircuitState)).rejects.toMatchObject(code);
    for (const forSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
      await expect(circuit.force(integration, 'open', { forSeconds })).rejects.toMatchObject(code);
    }
  });

  it.each([new Types.ObjectId().toHexString(), 'no id'])('know no integration %s', async (target) => {
    const { circuit } = world.integrations;
    const code = { code: 'INTEGRATION_NOT_FOUND' };
    await expect(circuit.inspect(target)).rejects.toMatchObject(code);
    await expect(circuit.force(target, 'open')).rejects.toMatchObject(code);
    await expect(circuit.release(target)).rejects.toMatchObject(code);
  });
});
