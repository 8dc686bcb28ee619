import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkCandidate } from '../../../../lib/cli/install/check-candidate.js';
import { createIntegrations, type IntegrationDocument, type Integrations } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { useHttpServer } from '../../../support/http-server.js';
import { localProvider } from '../../../support/local-provider.js';
import { memoryLogger } from '../../../support/memory-logger.js';

const database = useDatabase();
const upstream = useHttpServer();
let integrations: Integrations;

beforeEach(async () => {
  upstream.answer((request, response) => {
    response.writeHead(request.headers.authorization === 'Bearer good-token' ? 204 : 401).end();
  });
  const local = {
    ...localProvider(upstream),
    async healthCheck(integration: IntegrationDocument) {
      await integration.at('/me').get();
      return true;
    },
  };
  integrations = createIntegrations({
    connection: database.connection,
    providers: { local },
    encryptionKeys: [{ id: 'a', secret: randomBytes(32).toString('base64') }],
    http: { allowedPrivateHosts: [`127.0.0.1:${String(upstream.port)}`] },
    logger: memoryLogger(),
  });
  await integrations.install();
});
afterEach(() => integrations.close());

async function documents(): Promise<number> {
  const collections = (await database.connection.db?.collections()) ?? [];
  const counts = await Promise.all(collections.map((collection) => collection.countDocuments()));
  return counts.reduce((sum, count) => sum + count, 0);
}

it.each([
  ['good-token', { healthy: true, message: null }],
  ['other-token', { healthy: false, message: expect.stringContaining('401') as string }],
])('checks %s by real calls, and leaves nothing behind', async (token, expected) => {
  const candidate = { provider: 'local', name: 'New', owner: null, credentials: { token }, metadata: null };
  const { signal } = new AbortController();
  expect(await checkCandidate(integrations, candidate, signal)).toMatchObject(expected);
  expect(upstream.received).toHaveLength(1);
  expect(await documents()).toBe(0);
});
