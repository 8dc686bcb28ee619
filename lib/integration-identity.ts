import type { IntegrationDocument } from '../schemas/integration.js';
import type { IntegrationIdentity } from './context.js';

/** What log lines say about an integration. */
export function integrationIdentity(integration: IntegrationDocument): IntegrationIdentity {
  return { id: integration._id.toHexString(), provider: integration.provider, name: integration.name };
}
