import { randomUUID } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { describeWithReplicaSet, useReplicaSetDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';

describeWithReplicaSet('a write with an idempotency key in a transaction', () => {
  const database = useReplicaSetDatabase();
  const upstream = useHttpServer();
  const host = new mongoose.Mongoose({ transactionAsyncLocalStorage: true });
  let connection: Connection;
  let integrations: ReturnType<typeof createIntegrations>;
  let integrationId: string;

  beforeAll(async () => {
    connection = await host.createConnection(database.uri).asPromise();
    integrations = createIntegrations({
      connection,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
      http: { allowedPrivateHosts: ['127.0.0.1'] },
      logger: false,
      providers: { local: localProvider(upstream) },
    });
    await integrations.start();
    ({ id: integrationId } = await integrations.create({
      provider: 'local',
      name: 'A',
      credentials: { token: 'tok' },
    }));
  });
  afterAll(async () => {
    await integrations.close();
    await connection.close();
  });

  /** Neither sent nor claimed. */
  async function expectRefusal(call: Promise<unknown>): Promise<void> {
    await expect(call).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_TRANSACTION' });
    expect(upstream.received).toEqual([]);
    await expect(integrations.models.IntegrationIdempotencyKey.collection.countDocuments()).resolves.toBe(0);
  }

  it('is refused where the integration was loaded in the transaction', async () => {
    const session = await connection.startSession();
    await session.withTransaction(async () => {
      const integration = await integrations.findOrFail(integrationId, { session });
      await expectRefusal(integration.at('/charges').withIdempotencyKey(randomUUID()).post());
    });
    await session.endSession();
  });

  it("is refused in Mongoose's own context of a transaction", async () => {
    const integration = await integrations.findOrFail(integrationId);
    await connection.transaction(() =>
      expectRefusal(integration.at('/charges').withIdempotencyKey(randomUUID()).post()),
    );
  });

  it('is made by an integration that was loaded with a session, once the transaction is over', async () => {
    const session = await connection.startSession();
    const integration = await integrations.findOrFail(integrationId, { session });
    await session.withTransaction(async () => undefined);
    await expect(integration.at('/charges').withIdempotencyKey(randomUUID()).post()).resolves.toBeNull();
    await session.endSession();
  });

  it('may be made without a key', async () => {
    const integration = await integrations.findOrFail(integrationId);
    await connection.transaction(() => integration.at('/charges').post());
    expect(upstream.received).toHaveLength(1);
  });
});
