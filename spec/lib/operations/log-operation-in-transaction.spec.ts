import { expect, it } from 'vitest';
import { createIntegrations, defineProvider } from '../../../lib/index.js';
import { describeWithReplicaSet, useReplicaSetDatabase } from '../../support/database.js';

describeWithReplicaSet('logOperation in a transaction of the host', () => {
  const { connection } = useReplicaSetDatabase();

  async function openedIntegration() {
    const integrations = createIntegrations({
      connection,
      logger: false,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 7).toString('base64') }],
      providers: {
        acme: defineProvider({
          name: 'Acme',
          credentialSchema: { type: 'object' },
          metadataSchema: { type: 'object' },
        }),
      },
    });
    await integrations.start();
    const integration = await integrations.create({ provider: 'acme', name: 'Acme', credentials: {} });
    const completed: string[] = [];
    integrations.on('operationCompleted', ({ log }) => completed.push(log.operation));
    return { integrations, integration, completed };
  }

  it('stores and tells nothing when it is rolled back', async () => {
    const { integrations, integration, completed } = await openedIntegration();
    const session = await connection.startSession();
    session.startTransaction();
    await integration.logOperation({ operation: 'rolled-back', status: 'success' }, { session });
    await session.abortTransaction();
    await session.endSession();
    await integration.logOperation({ operation: 'later', status: 'success' });
    await expect.poll(() => completed).toEqual(['later']);
    await expect(integration.logs().forOperation('rolled-back')).resolves.toEqual([]);
    await integrations.close();
  });

  it('tells of it once it is committed', async () => {
    const { integrations, integration, completed } = await openedIntegration();
    await connection.withSession((session) =>
      session.withTransaction(async () => {
        await integration.logOperation({ operation: 'committed', status: 'success' }, { session });
        expect(completed).toEqual([]);
      }),
    );
    await expect.poll(() => completed).toEqual(['committed']);
    await integrations.close();
  });
});
