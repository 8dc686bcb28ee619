import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { Sealer } from '../credentials/sealer.js';
import type { EventHub } from '../event-hub.js';

/** What the services of this folder work with. */
export interface StoreDependencies {
  readonly models: IntegrationModels;
  readonly registry: Pick<ProviderRegistry, 'get' | 'find'>;
  readonly sealer: Sealer;
  readonly emit: EventHub['emit'];
  /** Told of an integration that was enabled, so that all else that is kept of its health agrees; never rejects. */
  readonly health: { afterEnabling(integration: IntegrationDocument): Promise<void> };
}
