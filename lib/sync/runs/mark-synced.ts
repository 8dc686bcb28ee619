import type { ProviderRegistry } from '../../../providers/registry.js';
import type { IntegrationDocument, IntegrationFields, IntegrationModel } from '../../../schemas/integration.js';
import { durableWrite } from '../../durable-write.js';
import type { EventHub } from '../../event-hub.js';
import { IntegrationError } from '../../errors.js';
import { integrationCollection } from '../../integration-store/integration-collection.js';
import { integrationNotFound } from '../../integration-store/integration-id.js';
import { refreshDocument } from '../../integration-store/refresh-document.js';
import { primary } from '../../primary.js';
import { nextSyncAt } from '../schedule/next-sync-at.js';
import type { SyncSettings } from '../../types/sync-settings.js';

export interface MarkSyncedParts {
  readonly model: IntegrationModel;
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly settings: Pick<SyncSettings, 'jitter'>;
  readonly events: Pick<EventHub, 'emit'>;
  readonly recoverStaleness: (integration: IntegrationDocument) => Promise<unknown>;
}

type Seen = IntegrationFields & { readonly now: Date };

const after = { ...durableWrite, returnDocument: 'after' } as const;

/**
 * Notes a clean sync that was done by other means. The next one is due an interval from now, whatever time is given:
 * that of a sync which could not go on from an item does not pull it into the past.
 *
 * @param at When; default: now. An earlier one than the stored one changes nothing about it.
 * @throws IntegrationError `OPTIONS_INVALID` for no date, `INTEGRATION_NOT_FOUND`
 */
export async function markSynced(parts: MarkSyncedParts, integration: IntegrationDocument, at?: Date): Promise<void> {
  if (at !== undefined && Number.isNaN(at.getTime())) {
    throw new IntegrationError('OPTIONS_INVALID', 'markSynced: expected a date.');
  }
  const { model, registry, settings } = parts;
  const { _id } = integration;
  const collection = integrationCollection(model);
  const [seen] = await collection.aggregate<Seen>([{ $match: { _id } }, { $set: { now: '$$NOW' } }], primary).toArray();
  if (seen === undefined) throw integrationNotFound(integration);
  const provider = registry.find(seen.provider)?.provider ?? {};
  const next = nextSyncAt({ integration: { ...seen, consecutiveSyncFailures: 0 }, provider, settings, now: seen.now });
  const change = {
    lastSyncedAt: { $max: ['$lastSyncedAt', at ?? '$$NOW'] },
    nextSyncAt: next,
    consecutiveSyncFailures: 0,
    updatedAt: '$$NOW',
  };
  const stored = await collection.findOneAndUpdate({ _id }, [{ $set: change }], after);
  if (stored === null) throw integrationNotFound(integration);
  const { lastSyncedAt, consecutiveSyncFailures, updatedAt } = stored;
  refreshDocument(integration, { lastSyncedAt, nextSyncAt: next, consecutiveSyncFailures, updatedAt });
  parts.events.emit('integrationSynced', () => ({ integration }));
  await parts.recoverStaleness(integration);
}
