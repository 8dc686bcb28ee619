import type { Types } from 'mongoose';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { IntegrationDocument, IntegrationModel } from '../../../schemas/integration.js';
import type { IntegrationIdentity } from '../../context.js';
import type { AttemptRules } from '../../failures/outcome-of-failure.js';
import { integrationIdentity } from '../../integration-identity.js';
import { createRecentViews } from '../../recent-views.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import { itemRules } from './item-outcome.js';

/** An integration, as its items need it. */
export interface IntegrationView {
  readonly integration: IntegrationDocument;
  readonly identity: IntegrationIdentity;
  readonly rules: AttemptRules;
  readonly knownSecrets: readonly string[];
}

/** The integration; null where it is deleted or switched off, or nobody here knows its provider. */
export type IntegrationViews = (id: Types.ObjectId) => Promise<IntegrationView | null>;

export interface IntegrationViewParts {
  readonly model: IntegrationModel;
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly settings: Pick<SyncSettings, 'itemTries' | 'itemBackoff' | 'deferWindowSeconds'>;
  /** Never rejects. */
  readonly knownSecrets: (integration: IntegrationDocument) => Promise<readonly string[]>;
}

export function createIntegrationViews({
  model,
  registry,
  settings,
  knownSecrets,
}: IntegrationViewParts): IntegrationViews {
  async function look(id: Types.ObjectId): Promise<IntegrationView | null> {
    const integration = await model.findById(id).read('primary');
    const provider = integration?.isActive === true ? registry.find(integration.provider)?.provider : undefined;
    if (integration === null || provider === undefined) return null;
    const rules = itemRules(provider, settings);
    return {
      integration,
      identity: integrationIdentity(integration),
      rules,
      knownSecrets: await knownSecrets(integration),
    };
  }

  return createRecentViews(look);
}
