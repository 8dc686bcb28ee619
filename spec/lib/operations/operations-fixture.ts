import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createIntegrations, defineProvider, type IntegrationEventName } from '../../../lib/index.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import { useDatabase } from '../../support/database.js';
import { memoryLogger } from '../../support/memory-logger.js';

const acme = defineProvider({
  name: 'Acme',
  credentialSchema: { type: 'object' },
  metadataSchema: { type: 'object' },
});

/** What the integration authenticates with: nothing that looks like a secret. */
export const key = 'the-key-of-the-spec';

/** An event that was emitted. */
interface Emitted {
  readonly name: IntegrationEventName;
  readonly payload: object;
}

const operationEvents = ['operationStarted', 'operationCompleted', 'operationFailed'] as const;

/** A whole instance for the spec file, an integration in it, and what it logs and emits in each test. */
export function useOperations() {
  const { connection } = useDatabase();
  const logger = memoryLogger();
  const emitted: Emitted[] = [];
  const integrations = createIntegrations({
    connection,
    logger,
    providers: { acme },
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 7).toString('base64') }],
  });
  for (const name of operationEvents) integrations.on(name, (payload) => emitted.push({ name, payload }));
  let integration: IntegrationDocument;
  beforeAll(async () => {
    await integrations.start();
    integration = await integrations.create({ provider: 'acme', name: 'Acme of the spec', credentials: { key } });
  });
  beforeEach(() => {
    emitted.length = 0;
    logger.lines.length = 0;
  });
  afterAll(() => integrations.close());
  return {
    integrations,
    logger,
    emitted,
    get integration() {
      return integration;
    },
    /** The names of the events emitted so far; listeners are called on the next turn. */
    async eventNames(): Promise<IntegrationEventName[]> {
      await new Promise((resolve) => setImmediate(resolve));
      return emitted.map(({ name }) => name);
    },
  };
}
