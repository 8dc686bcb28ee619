import type { IntegrationDocument } from '../../schemas/integration.js';
import type { EventHub } from '../event-hub.js';
import type { CircuitCloseReason, CircuitOpenReason } from '../types/circuit.js';
import type { LoggerLike } from '../types/logger.js';

/** Who keeps account of what is wrong with integrations. */
export type CircuitObserver = (integration: IntegrationDocument, state: 'open' | 'closed') => Promise<void>;

/** Tells of a change that this process has made. Never rejects. */
export interface CircuitNotices {
  opened(integration: IntegrationDocument, reason: CircuitOpenReason): Promise<void>;
  closed(integration: IntegrationDocument, reason: CircuitCloseReason): Promise<void>;
}

export interface CircuitNoticeParts {
  readonly events: EventHub;
  readonly logger: LoggerLike;
  readonly onStateChange?: CircuitObserver | undefined;
}

export function createCircuitNotices({ events, logger, onStateChange }: CircuitNoticeParts): CircuitNotices {
  async function observe(integration: IntegrationDocument, state: 'open' | 'closed'): Promise<void> {
    try {
      await onStateChange?.(integration, state);
    } catch (error) {
      const integrationId = integration._id.toHexString();
      logger.warn('A change of a circuit could not be noted in an incident.', { integrationId, state, error });
    }
  }

  return {
    async opened(integration, reason) {
      events.emit('circuitOpened', () => ({ integration, reason }));
      await observe(integration, 'open');
    },
    async closed(integration, reason) {
      events.emit('circuitClosed', () => ({ integration, reason }));
      await observe(integration, 'closed');
    },
  };
}
