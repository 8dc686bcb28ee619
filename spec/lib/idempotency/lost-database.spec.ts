import { randomUUID } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIntegrations, type IntegrationDocument } from '../../../lib/index.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';
import { memoryLogger } from '../../support/memory-logger.js';
import { startMongoProxy, type MongoProxy } from '../../support/mongo-proxy.js';
import { later, until } from './ledger-fixture.js';

const upstream = useHttpServer();

/** An instance on a connection of its own, and an integration of it. */
async function openInstance(uri: string) {
  const logger = memoryLogger();
  const connection: Connection = await mongoose
    .createConnection(uri, { serverSelectionTimeoutMS: 500, bufferTimeoutMS: 500 } as object)
    .asPromise();
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    circuit: { enabled: false },
    logger,
    providers: { local: localProvider(upstream) },
  });
  await integrations.start();
  const name = randomUUID();
  const integration: IntegrationDocument = await integrations.create({
    provider: 'local',
    name,
    credentials: { token: 'a-token' },
  });
  const find = (key: string) => integrations.models.IntegrationIdempotencyKey.findOne({ key }).lean();
  const close = async (): Promise<void> => {
    await integrations.close();
    await connection.close();
  };
  return { integrations, integration, logger, find, close };
}

describeWithOwnMongod('a database that dies', () => {
  const mongod = useCrashableMongod();
  let local: Awaited<ReturnType<typeof openInstance>>;

  beforeAll(async () => {
    local = await openInstance(mongod.uri);
  }, 90_000);
  afterAll(() => local.close());

  const charge = (key: string, deadlineMs = 20_000) =>
    local.integration.at('/charges').withIdempotencyKey(key).withOptions({ deadlineMs });

  it('has no write sent that could not be claimed', async () => {
    await mongod.crash();
    const refused = charge('unclaimed').post();
    await expect(refused).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', message: expect.any(String) });
    expect(upstream.received).toEqual([]);
    await mongod.start();
  }, 60_000);

  it.each([
    ['completed', 200],
    ['unknown', 503],
    ['gone', 422],
  ])(
    'before the outcome is stored delays nobody, and leaves the write %s when it is back',
    async (outcome, status) => {
      const key = randomUUID();
      upstream.answer(async (_request, response) => {
        await mongod.crash();
        response.writeHead(status, { 'content-type': 'text/plain' }).end('the answer');
      });
      const began = performance.now();
      const call = later(charge(key).post());
      if (status === 200) await expect(call).resolves.toBe('the answer');
      else await expect(call).rejects.toMatchObject({ code: 'UPSTREAM_STATUS', statusCode: status });
      expect(performance.now() - began).toBeLessThan(15_000);
      const warned = () => local.logger.lines.some(({ message }) => message.startsWith('What became of a write'));
      await until(warned);
      await mongod.start();
      await until(async () => ((await local.find(key).catch(() => ({ state: 'away' })))?.state ?? 'gone') === outcome);
      expect(JSON.stringify(local.logger.lines)).not.toContain(key);
    },
    60_000,
  );

  it('holds stop() up for no more than some seconds, and is reported', async () => {
    const key = randomUUID();
    upstream.answer(async (_request, response) => {
      await mongod.crash();
      response.writeHead(204).end();
    });
    await charge(key).post();
    const began = performance.now();
    await local.integrations.stop({ graceMs: 100 });
    expect(performance.now() - began).toBeLessThan(15_000);
    const given = () => local.logger.lines.some(({ message }) => message.includes('it will count as unknown'));
    await until(given);
    await mongod.start();
    await expect(local.find(key)).resolves.toMatchObject({ state: 'in_progress' });
  }, 60_000);
});

describe('a reply of the database that is lost', () => {
  const database = useDatabase();
  let proxy: MongoProxy;
  let local: Awaited<ReturnType<typeof openInstance>>;

  beforeAll(async () => {
    proxy = await startMongoProxy(database.uri);
    local = await openInstance(proxy.uri);
  });
  afterAll(async () => {
    await local.close();
    await proxy.stop();
  });

  it('after the claim was made has the call recognise its own claim', async () => {
    proxy.loseReplies({ to: 'findAndModify', count: 2 });
    const key = randomUUID();
    await local.integration.at('/charges').withIdempotencyKey(key).post();
    expect(proxy.lost()).toBe(2);
    expect(upstream.received).toHaveLength(1);
    await expect(local.find(key)).resolves.toMatchObject({ state: 'completed' });
  });

  it('after the result was kept changes nothing', async () => {
    const lost = proxy.lost();
    const key = randomUUID();
    upstream.answer((_request, response) => {
      proxy.loseReplies({ to: 'update', count: 1 });
      response.writeHead(200, { 'content-type': 'text/plain' }).end('kept');
    });
    await local.integration.at('/charges').withIdempotencyKey(key).post();
    await until(() => proxy.lost() === lost + 1);
    const repeated = local.integration.at('/charges').withIdempotencyKey(key, { onRepeat: 'result' }).post();
    await expect(repeated).resolves.toBe('kept');
  });

  it('has a claim that nobody waits for any more given back', async () => {
    const key = randomUUID();
    const call = local.integration.at('/charges').withIdempotencyKey(key).withOptions({ deadlineMs: 60 });
    // The repetitions of the claim take longer than that.
    proxy.loseReplies({ to: 'findAndModify', count: 3 });
    await expect(call.post()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(upstream.received).toEqual([]);
    await until(async () => (await local.find(key)) === null);
  });
});
