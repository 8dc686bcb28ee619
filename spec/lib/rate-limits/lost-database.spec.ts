import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIntegrations, RateLimit, type IntegrationDocument, type Integrations } from '../../../lib/index.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';
import { startMongoProxy, type MongoProxy } from '../../support/mongo-proxy.js';

const upstream = useHttpServer();

/** An instance of its own connection, with an integration of 5 calls a minute. */
async function open(uri: string) {
  const connection = await mongoose
    .createConnection(uri, { dbName: 'rate_lost', serverSelectionTimeoutMS: 500, bufferCommands: false })
    .asPromise();
  const integrations: Integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    requestLog: { waitMs: 50 },
    logger: false,
    providers: { local: { ...localProvider(upstream), defaultRateLimit: () => RateLimit.perMinute(5) } },
  });
  await integrations.start();
  const integration: IntegrationDocument = await integrations.create({
    provider: 'local',
    name: 'Local',
    credentials: { token: 'a-token' },
  });
  return { connection, integrations, integration };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function close({ integrations, connection }: Opened): Promise<void> {
  await integrations.close();
  await connection.dropDatabase();
  await connection.close();
}

describeWithOwnMongod('while the database is away', () => {
  const mongod = useCrashableMongod();
  let opened: Opened;

  beforeAll(async () => {
    opened = await open(mongod.uri);
  });
  afterAll(() => close(opened));

  it('a call with a rate limit is refused after its wait, and was not sent', async () => {
    const { integration } = opened;
    await mongod.crash();
    const began = performance.now();
    const call = integration.at('/a').withAttempts(1).withOptions({ maxWaitSeconds: 1.5 }).get();
    await expect(call).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(upstream.received).toEqual([]);
    await mongod.start();
  });

  it('a call that may wait longer goes on once it is back', async () => {
    const { integration } = opened;
    await expect
      .poll(
        () =>
          integration
            .at('/b')
            .get()
            .then(() => 'sent', String),
        { timeout: 15_000 },
      )
      .toBe('sent');
    await mongod.crash();
    const call = integration.at('/c').withOptions({ maxWaitSeconds: 30 }).get();
    await mongod.start();
    await expect(call).resolves.toBeNull();
  });
});

describe('where replies get lost', () => {
  const database = useDatabase();
  let proxy: MongoProxy;
  let opened: Opened;

  beforeAll(async () => {
    proxy = await startMongoProxy(database.uri);
    opened = await open(proxy.uri);
  });
  afterAll(async () => {
    await close(opened);
    await proxy.stop();
  });

  it('reservations are repeated, and nothing is sent without a token', async () => {
    const { integration, integrations } = opened;
    proxy.loseReplies({ to: 'findAndModify', count: 2 });
    const calls = Array.from({ length: 8 }, () => integration.at('/a').withOptions({ maxWaitSeconds: 5 }).get());
    const results = await Promise.allSettled(calls);
    expect(proxy.lost()).toBe(2);
    const sent = results.filter(({ status }) => status === 'fulfilled').length;
    expect(upstream.received).toHaveLength(sent);
    expect(sent).toBeLessThanOrEqual(5);
    await integrations.stop();
    const { declared } = await integrations.rateLimits.inspect(integration);
    // What the lost replies had granted came back when their slot was settled.
    expect(declared[0]!.used).toBe(sent);
  });
});
