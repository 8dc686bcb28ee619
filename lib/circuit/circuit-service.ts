import type { IntegrationModels } from '../../schemas/models.js';
import { IntegrationError } from '../errors.js';
import { holdTimeMs, type HoldOptions } from '../gates/hold-time.js';
import { storedIntegration } from '../integration-store/integration-document.js';
import type { CircuitSettings } from '../options.js';
import type { CircuitStatus, ForcedCircuitState } from '../types/circuit.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import type { CircuitQueries } from './circuit-queries.js';
import { effectiveState, forcedState, initialCircuit, isForceOver, retryAfterMs } from './circuit-state.js';
import { circuitWindow, countsWithin } from './circuit-window.js';
import type { ForcedCircuits } from './forced-circuits.js';

export type ForceCircuitOptions = HoldOptions;

/** What operators can ask and say. All raise `INTEGRATION_NOT_FOUND`. */
export interface CircuitService {
  /** The circuit as the database has it. */
  inspect(target: IdOrDocument): Promise<CircuitStatus>;
  /**
   * Refuses all calls (`open`), or none (`closed`, which also closes the circuit itself; `disabled`, which leaves it as
   * it is), in all processes within a second. Nothing is counted meanwhile. Stored: it outlives the processes.
   *
   * @throws IntegrationError `OPTIONS_INVALID` for another state, or a time that is no positive number.
   */
  force(target: IdOrDocument, state: ForcedCircuitState, options?: ForceCircuitOptions): Promise<void>;
  /** Leaves the circuit to itself again. */
  release(target: IdOrDocument): Promise<void>;
}

export interface CircuitServiceParts {
  readonly models: Pick<IntegrationModels, 'Integration'>;
  readonly queries: CircuitQueries;
  readonly forcedCircuits: ForcedCircuits;
  readonly settings: CircuitSettings;
}

export function createCircuitService(parts: CircuitServiceParts): CircuitService {
  const { models, queries, forcedCircuits, settings } = parts;
  const window = circuitWindow(settings.windowSeconds);

  const find = (target: IdOrDocument) => storedIntegration(models.Integration, target);

  return {
    async inspect(target) {
      const integration = await find(target);
      const reply = await queries.read(integration._id.toHexString());
      const circuit = reply?.circuit ?? initialCircuit;
      const now = reply?.serverTime.getTime() ?? 0;
      if (isForceOver(circuit, now)) await forcedCircuits.noteExpiry(integration, circuit);
      const isOff = !settings.enabled;
      return {
        state: circuit.state,
        effectiveState: isOff ? 'disabled' : effectiveState(circuit, now),
        openedAt: circuit.openedAt,
        retryAfterSeconds: isOff ? 0 : retryAfterMs(circuit, now, settings.cooldownSeconds * 1_000) / 1_000,
        counts: countsWithin(circuit.b, now, window),
        failuresInARow: circuit.fails,
        forced: forcedState(circuit, now) === null ? null : circuit.forced,
      };
    },
    async force(target, state, options = {}) {
      checkForced(state);
      const forMs = holdTimeMs(options);
      await forcedCircuits.force(await find(target), state, forMs);
    },
    async release(target) {
      await forcedCircuits.release(await find(target));
    },
  };
}

const states: readonly ForcedCircuitState[] = ['open', 'closed', 'disabled'];

function checkForced(state: ForcedCircuitState): void {
  if (states.includes(state)) return;
  throw new IntegrationError('OPTIONS_INVALID', `A circuit can be forced ${states.join(', ')}.`);
}
