import type { IntegrationModels } from '../../schemas/models.js';
import type { EventHub } from '../event-hub.js';
import type { GateCollection } from '../gates/gate-collection.js';
import type { GateViews } from '../gates/gate-views.js';
import { createPatience } from '../patience.js';
import type { CircuitSettings } from '../options.js';
import type { CircuitGuard } from '../requests/stages/guard-circuit.js';
import type { LoggerLike } from '../types/logger.js';
import { withinTime } from '../within-time.js';
import { createAdmission, withoutCircuit } from './admission.js';
import { createAttemptCounter } from './attempt-counter.js';
import { chooseStrategy } from './choose-strategy.js';
import { createCircuitNotices, type CircuitObserver } from './circuit-notices.js';
import { createCircuitQueries } from './circuit-queries.js';
import { createCircuitService, type CircuitService } from './circuit-service.js';
import { createForcedCircuits } from './forced-circuits.js';
import { createProbes } from './probes.js';

export interface CircuitParts {
  readonly collection: GateCollection;
  readonly views: GateViews;
  readonly models: Pick<IntegrationModels, 'Integration'>;
  readonly settings: CircuitSettings;
  /** How long an attempt may wait for the rate limits unless its call says otherwise, in seconds. */
  readonly maxWaitSeconds: number;
  readonly events: EventHub;
  readonly logger: LoggerLike;
  /** Called by the process that changed a circuit, after the change was stored. */
  readonly onStateChange?: CircuitObserver;
}

/** The circuits of all integrations, shared by all processes. */
export interface SharedCircuit extends CircuitGuard {
  readonly service: CircuitService;
  /** Waits for what is on its way to the database, a moment at most. */
  stop(): Promise<void>;
}

/** How long a call may be held up by what is told to the database. */
const tellTimeoutMs = 1_000;
const stopTimeoutMs = 2_000;

export function createCircuit(parts: CircuitParts): SharedCircuit {
  const { settings } = parts;
  const shared = {
    ...parts,
    queries: createCircuitQueries(parts.collection),
    cooldownMs: settings.cooldownSeconds * 1_000,
    strategy: chooseStrategy(settings),
    notices: createCircuitNotices(parts),
    patiently: createPatience(tellTimeoutMs),
  };
  const counter = createAttemptCounter(shared);
  const probes = createProbes(shared);
  const forcedCircuits = createForcedCircuits(shared);
  const { cooldownSeconds } = settings;
  const admission = createAdmission({ ...parts, counter, probes, forcedCircuits, cooldownSeconds });
  return {
    ...(settings.enabled ? admission : withoutCircuit),
    service: createCircuitService({ ...shared, forcedCircuits }),
    async stop() {
      await withinTime(Promise.all([counter.idle(), probes.idle()]), stopTimeoutMs, undefined);
    },
  };
}
