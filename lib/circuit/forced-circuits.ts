import type { IntegrationDocument } from '../../schemas/integration.js';
import type { StoredCircuit } from '../../schemas/integration-gate.js';
import type { GateReply } from '../gates/gate-view.js';
import type { GateViews } from '../gates/gate-views.js';
import type { ForcedCircuitState } from '../types/circuit.js';
import type { LoggerLike } from '../types/logger.js';
import type { CircuitNotices } from './circuit-notices.js';
import type { CircuitQueries } from './circuit-queries.js';
import { effectiveState, initialCircuit, isRefusing } from './circuit-state.js';

export interface ForcedCircuitParts {
  readonly queries: CircuitQueries;
  readonly views: GateViews;
  readonly notices: CircuitNotices;
  readonly logger: LoggerLike;
}

/** What operators say, and when it ends. Listeners are told where calls are refused by it, or no longer. */
export interface ForcedCircuits {
  /** @param forMs Null: until it is released. */
  force(integration: IntegrationDocument, state: ForcedCircuitState, forMs: number | null): Promise<void>;
  release(integration: IntegrationDocument): Promise<void>;
  /** Takes note that what was said holds no longer, if nobody has yet. Calls do not wait for it; never rejects. */
  noteExpiry(integration: IntegrationDocument, circuit: StoredCircuit): Promise<void>;
}

export function createForcedCircuits({ queries, views, notices, logger }: ForcedCircuitParts): ForcedCircuits {
  const expiring = new Set<string>();

  async function tell(integration: IntegrationDocument, wasRefusing: boolean, isNowRefusing: boolean): Promise<void> {
    views.forget(integration._id.toHexString());
    if (!wasRefusing && isNowRefusing) await notices.opened(integration, 'forced');
    if (wasRefusing && !isNowRefusing) await notices.closed(integration, 'forced');
  }

  async function expire(integration: IntegrationDocument, { forced }: StoredCircuit): Promise<void> {
    if (!forced?.until) return;
    const gateId = integration._id.toHexString();
    const before = await queries.releaseExpired(gateId, forced.until);
    // Where another process was first, it has told.
    if (before === null) views.forget(gateId);
    else await tell(integration, isRefusing(forced.state), isRefusing(before.circuit?.state ?? 'closed'));
  }

  return {
    async force(integration, state, forMs) {
      const before = await queries.force(integration._id, state, forMs);
      await tell(integration, wasRefusing(before), state === 'open');
    },
    async release(integration) {
      const before = await queries.release(integration._id.toHexString());
      await tell(integration, wasRefusing(before), isRefusing(before?.circuit?.state ?? 'closed'));
    },
    async noteExpiry(integration, circuit) {
      const gateId = integration._id.toHexString();
      if (expiring.has(gateId)) return;
      expiring.add(gateId);
      try {
        await expire(integration, circuit);
      } catch (error) {
        logger.warn('The end of what was said of a circuit could not be noted.', { integrationId: gateId, error });
      } finally {
        expiring.delete(gateId);
      }
    },
  };
}

function wasRefusing(before: GateReply | null): boolean {
  if (before === null) return false;
  return isRefusing(effectiveState(before.circuit ?? initialCircuit, before.serverTime.getTime()));
}
