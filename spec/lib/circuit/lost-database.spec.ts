import type { ServerResponse } from 'node:http';
import mongoose, { type Connection } from 'mongoose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { documentMethods } from '../../../lib/instance/document-methods.js';
import { compileModels } from '../../../schemas/models.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';
import { startMongoProxy } from '../../support/mongo-proxy.js';
import { createPipelineFixture } from '../requests/pipeline-fixture.js';
import { createOwnCircuit, outcome } from './circuit-world.js';

const upstream = useHttpServer();
const down = (_request: unknown, response: ServerResponse) => response.writeHead(503).end();
const up = (_request: unknown, response: ServerResponse) => response.writeHead(204).end();

/** An instance on that server, and an integration of it. */
async function openInstance(uri: string, dbName: string) {
  const connection = await mongoose.createConnection(uri, { dbName }).asPromise();
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 2).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    requestLog: { waitMs: 50 },
    circuit: { strategy: 'count', failureCount: 3, cooldownSeconds: 2.5 },
    logger: false,
    providers: { local: localProvider(upstream) },
  });
  onTestFinished(async () => {
    await integrations.close();
    await connection.close();
  });
  await integrations.start();
  const integration = await integrations.create({
    provider: 'local',
    name: 'Local',
    credentials: { token: 'a-token' },
  });
  const events: string[] = [];
  integrations.on('circuitOpened', ({ reason }) => events.push(reason));
  integrations.on('circuitClosed', ({ reason }) => events.push(reason));
  return { integrations, integration, events };
}

const callOf = ({ integration }: Awaited<ReturnType<typeof openInstance>>) => outcome(integration.at('/').post());

async function openCircuit(instance: Awaited<ReturnType<typeof openInstance>>) {
  upstream.answer(down);
  for (let call = 0; call < 3; call += 1) await callOf(instance);
}

describe('a reply of the database that gets lost', () => {
  const database = useDatabase();

  it.each(['the claim', 'the end'])('does not hold up anybody where it was that of %s of a probe', async (which) => {
    const proxy = await startMongoProxy(database.uri);
    onTestFinished(() => proxy.stop());
    const instance = await openInstance(proxy.uri, database.name);
    await openCircuit(instance);
    await instance.integrations.models.IntegrationGate.collection.updateMany(
      {},
      { $set: { 'circuit.openUntil': new Date(0) } },
    );
    // One that is refused: the view is a new one afterwards.
    await expect
      .poll(() => instance.integrations.circuit.inspect(instance.integration))
      .toMatchObject({ retryAfterSeconds: 0 });
    const lose = () => proxy.loseReplies({ to: 'findAndModify', count: 1 });
    let probes = 0;
    upstream.answer((request, response) => {
      probes += 1;
      if (which === 'the end') lose();
      up(request, response);
    });
    if (which === 'the claim') lose();

    await expect.poll(() => callOf(instance), { timeout: 5_000 }).toBe('ok');

    expect(proxy.lost()).toBe(1);
    await expect.poll(() => instance.events).toEqual(['failureCount', 'probeSucceeded']);
    await expect.poll(() => callOf(instance)).toBe('ok');
    expect(probes).toBeGreaterThan(0);
    await expect(instance.integrations.circuit.inspect(instance.integration)).resolves.toMatchObject({
      state: 'closed',
    });
  });
});

describeWithOwnMongod('a database that is away', () => {
  const mongod = useCrashableMongod();
  const fails = () => Promise.reject(Object.assign(new Error('down'), { status: 503 }));

  /** The stages with a circuit of its own, on a database that is there. */
  async function openStages() {
    await mongod.start();
    const connection = await mongoose.createConnection(mongod.uri, { dbName: 'circuit' }).asPromise();
    onTestFinished(() => connection.close());
    const own = createOwnCircuit(modelsOf(connection));
    const { at } = createPipelineFixture({ circuit: own.circuit });
    // What is not in the journal when the server is killed would be lost.
    const flush = () => connection.db!.admin().command({ fsync: 1 });
    return { ...own, flush, call: (callback: () => unknown) => outcome(at('sdk').post(callback)) };
  }

  it('lets calls through where the circuit was closed, and holds up none but the first', async () => {
    const { call, logger } = await openStages();
    await call(() => 'fine');
    await mongod.crash();
    const begun = performance.now();
    for (let failure = 0; failure < 20; failure += 1) await expect(call(fails)).resolves.toContain('down');
    expect(performance.now() - begun).toBeLessThan(6_000);
    await mongod.start();
    await expect.poll(() => call(fails), { timeout: 15_000 }).toBe('CIRCUIT_OPEN');
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  }, 40_000);

  it('goes by what was known last where it was open, and still lets a call find out about the API', async () => {
    const { call, circuit, told, flush } = await openStages();
    for (let failure = 0; failure < 3; failure += 1) await call(fails);
    await flush();
    await mongod.crash();
    await expect(call(() => 'fine')).resolves.toBe('CIRCUIT_OPEN');
    await expect.poll(() => call(() => 'fine'), { timeout: 15_000 }).toBe('ok');
    await mongod.start();
    await expect.poll(() => call(() => 'fine'), { timeout: 15_000 }).toBe('ok');
    await expect.poll(() => told, { timeout: 15_000 }).toEqual(['failureCount', 'probeSucceeded']);
    await circuit.stop();
  }, 40_000);

  it('does not keep stop() waiting', async () => {
    const { call, circuit } = await openStages();
    await call(fails);
    await mongod.crash();
    await call(fails);
    const begun = performance.now();
    await circuit.stop();
    expect(performance.now() - begun).toBeLessThan(3_000);
    await mongod.start();
  }, 40_000);
});

function modelsOf(connection: Connection) {
  const noServices = documentMethods(() => {
    throw new Error('These documents are not part of an instance');
  });
  return compileModels(connection, 'integration', noServices).models;
}
