import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIntegrations, type IntegrationDocument, type Integrations } from '../../../lib/index.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';

describeWithOwnMongod('a database that is killed in the middle of a call', () => {
  const mongod = useCrashableMongod();
  const upstream = useHttpServer();
  const connection = mongoose.createConnection();
  let integrations: Integrations;
  let integration: IntegrationDocument;

  beforeAll(async () => {
    await connection.openUri(mongod.uri, { dbName: 'lost' });
    integrations = createIntegrations({
      connection,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
      http: { allowedPrivateHosts: ['127.0.0.1'] },
      requestLog: { waitMs: 50 },
      logger: false,
      providers: { local: localProvider(upstream) },
    });
    await integrations.start();
    integration = await integrations.create({ provider: 'local', name: 'Local', credentials: { token: 'a-token' } });
  });
  afterAll(async () => {
    await integrations.close();
    await connection.close();
  });

  it('does not change the outcome of the call, and its log entry and event arrive once the database is back', async () => {
    const completed: string[] = [];
    integrations.on('requestCompleted', ({ request }) => completed.push(request.endpoint));
    upstream.answer(async (_request, response) => {
      await mongod.crash();
      response.end('answered meanwhile');
    });
    await expect(integration.at('/meanwhile').get()).resolves.toEqual(Buffer.from('answered meanwhile'));
    expect(completed).toEqual([]);

    await mongod.start();

    await expect.poll(() => completed, { timeout: 15_000 }).toEqual(['/meanwhile']);
    await expect(integrations.models.IntegrationRequest.countDocuments({ endpoint: '/meanwhile' })).resolves.toBe(1);
  });

  it('keeps the failures of that time too', async () => {
    upstream.answer(async (_request, response) => {
      await mongod.crash();
      response.writeHead(500).end();
    });
    await expect(integration.at('/failing').post()).rejects.toMatchObject({ code: 'UPSTREAM_STATUS' });
    await mongod.start();
    const stored = () => integrations.models.IntegrationRequest.findOne({ endpoint: '/failing' }).lean();
    await expect
      .poll(stored, { timeout: 15_000 })
      .toMatchObject({ statusCode: 500, error: { code: 'UPSTREAM_STATUS' } });
  });
});
