import type { ProviderRegistry } from '../../../providers/registry.js';
import type { IntegrationModel } from '../../../schemas/integration.js';
import type { Sealer } from '../../credentials/sealer.js';
import type { EventHub } from '../../event-hub.js';
import type { LoggerLike } from '../../types/logger.js';
import type { ConnectionQueries } from './connection-queries.js';
import type { FlowStore } from './flow-store.js';

/** What connecting and disconnecting have in common. */
export interface ConnectionParts {
  readonly model: IntegrationModel;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly queries: ConnectionQueries;
  readonly flows: FlowStore;
  readonly sealer: Sealer;
  readonly events: Pick<EventHub, 'emit'>;
  readonly logger: Pick<LoggerLike, 'error' | 'warn' | 'info'>;
}
