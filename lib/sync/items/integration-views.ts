import type { Types } from 'mongoose';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { IntegrationDocument, IntegrationModel } from '../../../schemas/integration.js';
import type { IntegrationIdentity } from '../../context.js';
import { integrationIdentity } from '../../integration-identity.js';
import { createRecentValues } from '../../recent-values.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import { itemRules, type ItemRules } from './item-outcome.js';

/** An integration, as its items need it. */
export interface IntegrationView {
  readonly integration: IntegrationDocument;
  readonly identity: IntegrationIdentity;
  readonly rules: ItemRules;
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

/** A change made elsewhere is seen so soon. */
const keptMs = 1_000;
const mostKept = 100;

interface Kept {
  readonly since: number;
  readonly view: Promise<IntegrationView | null>;
}

export function createIntegrationViews({
  model,
  registry,
  settings,
  knownSecrets,
}: IntegrationViewParts): IntegrationViews {
  const kept = createRecentValues<Kept>(mostKept);

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

  return (id) => {
    const key = id.toHexString();
    const known = kept.get(key);
    if (known !== undefined && performance.now() - known.since < keptMs) return known.view;
    const view = look(id);
    kept.set(key, { since: performance.now(), view });
    return view;
  };
}
