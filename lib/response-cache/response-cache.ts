import type { IntegrationModels } from '../../schemas/models.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import type { Fingerprints } from '../fingerprint/fingerprints.js';
import type { CacheSettings } from '../options.js';
import { attemptSignal } from '../requests/attempt-signal.js';
import type { CallGate } from '../requests/call-gate.js';
import { outerSignals } from '../requests/outer-signals.js';
import { pause } from '../requests/pause.js';
import type { ResponseCache } from '../requests/stages/serve-from-cache.js';
import type { LoggerLike } from '../types/logger.js';
import { cachePlan, isPast } from './cache-plan.js';
import { createCacheService, type CacheService } from './cache-service.js';
import { createCautiousAccess } from './cautious-access.js';
import { createFlights } from './flights.js';
import { createHitCounter } from './hit-counter.js';
import { createKeeping } from './keeping.js';
import { createLeading } from './leading.js';
import { createPayloadIntake } from './payload-intake.js';
import { createPayloadSealing } from './payload-sealing.js';
import { createResponseQueries, responseCollection } from './response-queries.js';
import { createResponseStore } from './response-store.js';
import { createServing } from './serving.js';
import { createTurns } from './turns.js';

export interface ResponseCacheParts {
  readonly models: Pick<IntegrationModels, 'Integration' | 'IntegrationRequest' | 'IntegrationResponse'>;
  readonly fingerprints: Fingerprints;
  readonly sealer: BoundSealer;
  readonly settings: CacheSettings;
  readonly gate: Pick<CallGate, 'signal'>;
  readonly logger: LoggerLike;
}

/** The responses that all processes remember together. */
export interface SharedResponseCache extends ResponseCache {
  readonly service: CacheService;
  /** Resolves when all that is on its way to the database has arrived, or after two seconds. Never rejects. */
  stop(): Promise<void>;
}

export function createResponseCache(parts: ResponseCacheParts): SharedResponseCache {
  const { models, fingerprints, sealer, settings, gate, logger } = parts;
  const collection = responseCollection(models.IntegrationResponse);
  const store = createResponseStore(createResponseQueries(collection), createCautiousAccess(logger));
  const counter = createHitCounter(models.IntegrationRequest, logger);
  const sealing = createPayloadSealing(sealer);
  const serving = createServing({ sealing, counter, gate, logger });
  const intake = createPayloadIntake(settings.maxEntryBytes, logger);
  const keeping = createKeeping({ store, sealing, settings });
  const flights = createFlights();
  const turns = createTurns({ store, serving, flights, lead: createLeading({ store, serving, intake, keeping }) });

  return {
    async serve(call, fetch) {
      const { cache } = call.spec;
      if (cache === null) return fetch();
      const plan = cachePlan(call, cache, fingerprints, settings);
      if (isPast(plan) || keeping.isFutile(plan.id)) return fetch();
      const outer = outerSignals(call, gate);
      // Who has given up already gets nothing, not even what is known.
      await pause({ delayMs: 0, signals: outer, failure: undefined });
      const { signal, release } = attemptSignal({ remainingMs: call.remainingMs(), outer });
      const waitsForOthers = settings.sharedFetch;
      try {
        return await turns({ call, fetch, plan, signal, known: null, isBlind: false, waitsForOthers });
      } finally {
        release();
      }
    },
    service: createCacheService({ models, collection, flights }),
    stop: () => counter.flush(),
  };
}
