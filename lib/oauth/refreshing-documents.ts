import type { IntegrationDocument } from '../../schemas/integration.js';

/** Documents by which a provider asks for tokens: its calls must not wait for what they bring. */
const refreshing = new WeakSet<IntegrationDocument>();

export function markAsRefreshing(integration: IntegrationDocument): void {
  refreshing.add(integration);
}

export function isRefreshing(integration: IntegrationDocument): boolean {
  return refreshing.has(integration);
}
