import type { AnyProvider } from '../../providers/contracts.js';
import type { IntegrationDocument } from '../../schemas/integration.js';

/** Root of the API that an integration calls; null where its provider has none. */
export function baseUrlOf({ http }: AnyProvider, integration: IntegrationDocument): string | null {
  const baseUrl = http?.baseUrl ?? null;
  return typeof baseUrl === 'function' ? baseUrl(integration.getMetadata()) : baseUrl;
}
