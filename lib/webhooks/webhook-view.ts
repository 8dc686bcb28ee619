import type { Types } from 'mongoose';
import { handlesWebhooks } from '../../providers/capabilities.js';
import type { AnyProvider, HandlesWebhooks } from '../../providers/contracts.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import type { IntegrationIdentity } from '../context.js';
import { IntegrationError } from '../errors.js';
import { attemptLimits, type AttemptRules } from '../failures/outcome-of-failure.js';
import { integrationIdentity } from '../integration-identity.js';
import { createRecentViews } from '../recent-views.js';
import type { WebhookSettings } from '../types/webhook-settings.js';

/** Who handles a webhook, and for whom. */
export interface WebhookView {
  readonly kind: 'known';
  readonly provider: AnyProvider & HandlesWebhooks;
  /** Null: it is for the provider as a whole. */
  readonly integration: IntegrationDocument | null;
  readonly identity: IntegrationIdentity | null;
  readonly rules: AttemptRules;
}

/** `deleted`: its integration is. `suspended`: that is switched off, or nobody here knows the provider. */
export type WebhookViewing =
  WebhookView | { readonly kind: 'deleted' } | { readonly kind: 'suspended'; readonly afterMs: number };

/** Looks at what a webhook is for. */
export type WebhookViews = (webhook: IntegrationWebhookFields) => Promise<WebhookViewing>;

export interface WebhookViewParts {
  readonly model: IntegrationModel;
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly settings: Pick<WebhookSettings, 'tries' | 'backoff' | 'deferWindowSeconds'>;
}

/** How long webhooks are put off that nobody here can handle. */
const suspended = { kind: 'suspended', afterMs: 60_000 } as const;

export function createWebhookViews({ model, registry, settings }: WebhookViewParts): WebhookViews {
  function viewOf(key: string, integration: IntegrationDocument | null): WebhookViewing {
    const provider = registry.find(key)?.provider;
    if (provider === undefined || !handlesWebhooks(provider)) return suspended;
    const identity = integration && integrationIdentity(integration);
    return { kind: 'known', provider, integration, identity, rules: webhookRules(provider, settings) };
  }

  const viewOfIntegration = createRecentViews(async (id: Types.ObjectId): Promise<WebhookViewing> => {
    const integration = await model.findById(id).read('primary');
    if (integration === null) return { kind: 'deleted' };
    return integration.isActive ? viewOf(integration.provider, integration) : suspended;
  });

  return async ({ provider, integrationId }) =>
    integrationId === null ? viewOf(provider, null) : viewOfIntegration(integrationId);
}

/** How often and how long the webhooks of a provider are tried. */
function webhookRules(provider: AnyProvider & HandlesWebhooks, settings: WebhookViewParts['settings']): AttemptRules {
  return {
    provider,
    ...attemptLimits(
      { tries: () => provider.webhookTries?.(), backoff: () => provider.webhookBackoff?.() },
      { maxAttempts: settings.tries, backoff: settings.backoff },
    ),
    deferWindowMs: settings.deferWindowSeconds * 1_000,
    heldBackMs: () => null,
    deferredTooLong: (since, cause) =>
      new IntegrationError('WEBHOOK_DEFERRED_TOO_LONG', 'The webhook was put off until its time was over.', {
        cause,
        details: { deferredSince: since },
      }),
  };
}
