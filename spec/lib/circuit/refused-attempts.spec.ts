import express from 'express';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SharedCircuit } from '../../../lib/circuit/circuit.js';
import { integrationErrorHandler, type IntegrationDocument } from '../../../lib/index.js';
import { RateLimitExceededError } from '../../../lib/errors.js';
import type { RateBudget } from '../../../lib/requests/stages/take-rate-budget.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { createPipelineFixture } from '../requests/pipeline-fixture.js';
import { createOwnCircuit, outcome, useCircuits } from './circuit-world.js';

const upstream = useHttpServer();
const database = useDatabase();
const world = useCircuits(database, upstream, 'refusing', { cooldownSeconds: 600 });

const down = (_request: unknown, response: ServerResponse) => response.writeHead(503).end();

describe('an attempt that the rate limits hold back', () => {
  const changes: string[] = [];
  let circuit: SharedCircuit;

  beforeAll(() => {
    ({ circuit } = createOwnCircuit(world.integrations.models, async (integration, state) => {
      changes.push(`${integration.name}: ${state}`);
      throw new Error('The incident could not be stored');
    }));
  });

  const token = { release: () => undefined, heed: async () => undefined };
  const unlimited: RateBudget['take'] = async () => token;
  const exceeded: RateBudget['take'] = async ({ integration }) => {
    throw new RateLimitExceededError({ integrationId: integration.id, retryAfterSeconds: 1 });
  };
  const fails = () => Promise.reject(Object.assign(new Error('down'), { status: 503 }));

  /** An integration whose rate limits can be exchanged. */
  function limitedIntegration() {
    const budget = { take: unlimited };
    const { at, integration } = createPipelineFixture({ circuit, budget: { take: (call) => budget.take(call) } });
    return { budget, integration, call: (callback: () => unknown) => outcome(at('sdk').post(callback)) };
  }

  it('gives the probe back where it is refused', async () => {
    const { budget, integration, call } = limitedIntegration();
    for (let failure = 0; failure < 3; failure += 1) await call(fails);
    await expect(call(fails)).resolves.toBe('CIRCUIT_OPEN');
    await world.endCooldown(integration);
    budget.take = exceeded;
    await expect.poll(() => call(fails)).toBe('RATE_LIMIT_EXCEEDED');
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'open', probeUntil: null });
    budget.take = unlimited;
    await expect(call(() => 'fine')).resolves.toBe('ok');
    expect(changes).toEqual([`${integration.name}: open`, `${integration.name}: closed`]);
  });

  it('is not sent where the circuit opens meanwhile', async () => {
    const { budget, call } = limitedIntegration();
    let goOn: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let isSent = false;
    budget.take = () => waiting.then(() => token);
    const late = call(() => {
      isSent = true;
    });
    await sleep(250);
    budget.take = unlimited;
    for (let failure = 0; failure < 3; failure += 1) await call(fails);
    goOn();
    await expect(late).resolves.toBe('CIRCUIT_OPEN');
    expect(isSent).toBe(false);
  });
});

describe('a refused call behind a route', () => {
  it('is answered with 503 and Retry-After', async () => {
    const integration: IntegrationDocument = await world.fresh();
    upstream.answer(down);
    for (let call = 0; call < 3; call += 1) await outcome(integration.at('/').post());
    const app = express();
    app.get('/issues', async (_req, res) => {
      res.json(await integration.at('/').get());
    });
    app.use(integrationErrorHandler({ integrations: world.integrations }));
    upstream.answer(app);
    const response = await fetch(`${upstream.origin}/issues`);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(590);
    await expect(response.json()).resolves.toMatchObject({ code: 'CIRCUIT_OPEN' });
  });
});
