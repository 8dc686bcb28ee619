import type { ServerResponse } from 'node:http';
import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createIntegrations, type IntegrationDocument } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';
import { outcome, useCircuits } from './circuit-world.js';

const upstream = useHttpServer();
const database = useDatabase();
const prefix = 'ending';
const world = useCircuits(database, upstream, prefix, { failureCount: 1, cooldownSeconds: 600 });

/** Its circuit is open, and it is time to probe. */
async function readyToProbe(): Promise<IntegrationDocument> {
  const integration = await world.fresh();
  upstream.answer((_request, response) => response.writeHead(503).end());
  await outcome(integration.at('/').post());
  await expect(outcome(integration.at('/').post())).resolves.toBe('CIRCUIT_OPEN');
  await world.endCooldown(integration);
  return integration;
}

describe('a probe that tells nothing of the other API', () => {
  it.each<[string, () => unknown]>([
    ['a bug in its callback', () => (undefined as unknown as { length: number }).length],
    ['something that cannot be judged', () => Promise.reject(new Error('Who knows?'))],
  ])('is left to the next caller at once: %s', async (_name, callback) => {
    const integration = await readyToProbe();
    let probes = 0;
    const probe = () =>
      outcome(
        integration.at('sdk').post(() => {
          probes += 1;
          return callback();
        }),
      );
    await expect.poll(probe).not.toBe('CIRCUIT_OPEN');
    expect(probes).toBe(1);
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'open', probeUntil: null });
    await expect(outcome(integration.at('sdk').post(() => 'fine'))).resolves.toBe('ok');
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'closed' });
  });
});

describe('a probe whose answer does not fit its schema', () => {
  it('closes the circuit: the other API lives', async () => {
    const integration = await readyToProbe();
    upstream.answer((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
    const schema = { type: 'object', required: ['id'] } as const;
    await expect.poll(() => outcome(integration.at('/').as(schema).post())).toBe('SCHEMA_DRIFT');
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'closed' });
  });
});

describe('a probe in the middle of which its process stops', () => {
  it('is left to another process at once', async () => {
    const integration = await readyToProbe();
    const connection = await mongoose.createConnection(database.uri).asPromise();
    const stopping = createIntegrations({
      connection,
      prefix,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 1).toString('base64') }],
      providers: { local: localProvider(upstream) },
      logger: false,
    });
    const same = await stopping.findOrFail(integration.id);
    let hasBegun = false;
    const hangs = same.at('sdk').post(() => {
      hasBegun = true;
      return new Promise(() => undefined);
    });
    const ended = outcome(hangs);
    await expect.poll(() => hasBegun).toBe(true);
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'halfOpen' });

    await stopping.stop({ graceMs: 10 });

    await expect(ended).resolves.toBe('INSTANCE_STOPPED');
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'open', probeUntil: null });
    const answers = (_request: unknown, response: ServerResponse) => response.writeHead(204).end();
    upstream.answer(answers);
    // What is known of the circuit is a second old at most.
    await expect.poll(() => outcome(integration.at('/').post()), { timeout: 3_000 }).toBe('ok');
    await stopping.close();
    await connection.close();
  });
});
