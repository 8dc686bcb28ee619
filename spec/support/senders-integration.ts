import { beforeAll } from 'vitest';
import { createIntegrations, type IntegrationDocument } from '../../lib/index.js';
import type { Database } from './database.js';
import { memoryLogger } from './memory-logger.js';
import { webhookProvider } from './webhook-provider.js';

/** An integration of the provider of `webhook-worker.ts`, for which its processes receive webhooks. */
export function useSendersIntegration(database: Database): () => IntegrationDocument {
  let integration: IntegrationDocument | undefined;
  beforeAll(async () => {
    const integrations = createIntegrations({
      connection: database.connection,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
      logger: memoryLogger(),
      providers: { senders: webhookProvider(() => undefined) },
    });
    await integrations.install();
    integration = await integrations.create({ provider: 'senders', name: 'Senders', credentials: {} });
    return () => integrations.close();
  });
  return () => {
    if (integration === undefined) throw new Error('The integration is there in hooks and tests only.');
    return integration;
  };
}
