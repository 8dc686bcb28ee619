import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { createBoundSealer } from '../credentials/bound-sealer.js';
import type { KeyRing } from '../credentials/key-ring.js';
import { createFingerprints } from '../fingerprint/fingerprints.js';
import { createWriteLedger, type SharedWriteLedger } from '../idempotency/write-ledger.js';
import type { ResolvedOptions } from '../options.js';
import type { CallGate } from '../requests/call-gate.js';
import { createResponseCache, type SharedResponseCache } from '../response-cache/response-cache.js';
import type { LoggerLike } from '../types/logger.js';
import type { IntegrationServices, ProviderEntry } from './services.js';

export interface MemoryParts {
  readonly options: Pick<ResolvedOptions, 'cache' | 'idempotency'>;
  readonly models: IntegrationModels;
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly keyRing: KeyRing;
  readonly gate: CallGate;
  readonly logger: LoggerLike;
}

/** What all processes remember of calls. */
export interface Memory {
  readonly cache: SharedResponseCache;
  readonly ledger: SharedWriteLedger;
  readonly services: Pick<IntegrationServices<ProviderEntry>, 'cache' | 'idempotency'>;
}

export function createMemory({ options, models, registry, keyRing, gate, logger }: MemoryParts): Memory {
  const shared = {
    models,
    fingerprints: createFingerprints(keyRing),
    sealer: createBoundSealer(keyRing),
    gate,
    logger,
  };
  const cache = createResponseCache({ ...shared, settings: options.cache });
  const providerOf = (key: string) => registry.find(key)?.provider ?? null;
  const ledger = createWriteLedger({ ...shared, settings: options.idempotency, providerOf });
  return { cache, ledger, services: { cache: cache.service, idempotency: ledger.service } };
}
