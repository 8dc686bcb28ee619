import type { IntegrationModels } from '../../schemas/models.js';
import type { AnyProvider } from '../../providers/contracts.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import type { Fingerprints } from '../fingerprint/fingerprints.js';
import type { IdempotencySettings } from '../options.js';
import type { CallGate } from '../requests/call-gate.js';
import type { WriteLedger } from '../requests/stages/claim-idempotency-key.js';
import type { LoggerLike } from '../types/logger.js';
import type { IdempotencyService } from './idempotency-service.js';

export interface WriteLedgerParts {
  readonly models: Pick<IntegrationModels, 'Integration' | 'IntegrationIdempotencyKey'>;
  readonly fingerprints: Fingerprints;
  readonly sealer: BoundSealer;
  readonly settings: IdempotencySettings;
  readonly gate: Pick<CallGate, 'signal'>;
  readonly logger: LoggerLike;
  /** Null where the provider is not registered. */
  readonly providerOf: (key: string) => AnyProvider | null;
}

/** The writes that all processes remember together. */
export interface SharedWriteLedger extends WriteLedger {
  readonly service: IdempotencyService;
  /** Resolves when what is known of writes is stored, or after a while. Never rejects. */
  stop(): Promise<void>;
}

export function createWriteLedger(_parts: WriteLedgerParts): SharedWriteLedger {
  return { once: (_call, write) => write(), service: {}, stop: async () => undefined };
}
