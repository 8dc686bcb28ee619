import { handlesWebhooks } from '../../providers/capabilities.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import { holdsPublishedSecret } from '../credentials/published-secrets.js';
import { IntegrationError } from '../errors.js';

export interface SecretCheckParts {
  readonly model: IntegrationModel;
  readonly registry: Pick<ProviderRegistry, 'registered' | 'get'>;
}

/** So many ids are named. */
const mostNamed = 20;

/**
 * New credentials are refused when they are entered; these came another way, or before their provider received
 * webhooks.
 *
 * @throws IntegrationError `WEBHOOK_SECRET_PUBLISHED`, with the ids of active integrations whose secret everybody knows
 */
export async function refusePublishedSecrets({ model, registry }: SecretCheckParts): Promise<void> {
  const providers = registry.registered().filter((key) => handlesWebhooks(registry.get(key).provider));
  if (providers.length === 0) return;
  const integrations: string[] = [];
  for await (const integration of model.find({ provider: providers, isActive: true }).read('primary').cursor()) {
    if (await isForgeable(integration)) integrations.push(integration.id);
  }
  if (integrations.length === 0) return;
  const named = integrations.slice(0, mostNamed);
  throw new IntegrationError(
    'WEBHOOK_SECRET_PUBLISHED',
    `Anybody can sign webhooks for ${String(integrations.length)} integrations: ${named.join(', ')}.`,
    { details: { integrations: named, count: integrations.length } },
  );
}

/** What does not open signs nothing. */
async function isForgeable(integration: IntegrationDocument): Promise<boolean> {
  return integration.credentialsArray().then(holdsPublishedSecret, () => false);
}
