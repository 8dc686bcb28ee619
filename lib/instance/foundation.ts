import type { ProviderMap } from '../../providers/contracts.js';
import { createProviderRegistry, type ProviderRegistry } from '../../providers/registry.js';
import { createKeyRing } from '../credentials/key-ring.js';
import { createSealer } from '../credentials/sealer.js';
import { createEventHub } from '../event-hub.js';
import { createLogger } from '../logger.js';
import type { ResolvedOptions } from '../options.js';
import { createRedactor } from '../redaction/redactor.js';

export type Foundation = ReturnType<typeof createFoundation>;

/** What needs no database. */
export function createFoundation(options: ResolvedOptions) {
  const redactor = createRedactor({ extraKeys: options.requestLog.redactKeys });
  const logger = createLogger(options.logger, redactor);
  const keyRing = createKeyRing(options.encryptionKeys);
  return {
    redactor,
    logger,
    events: createEventHub(logger),
    registry: createRegistry(options.providers),
    keyRing,
    sealer: createSealer(keyRing),
  };
}

function createRegistry(providers: ProviderMap): ProviderRegistry {
  const registry = createProviderRegistry();
  for (const [key, provider] of Object.entries(providers)) registry.register(key, provider);
  return registry;
}
