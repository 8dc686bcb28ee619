import type { Types } from 'mongoose';
import type { IntegrationModels } from '../../schemas/models.js';
import { isDate } from '../../schemas/partial-filters.js';
import { primary } from '../primary.js';
import type { RetentionSettings } from '../types/retention-settings.js';
import { itemCollections } from '../sync/items/item-collections.js';
import { runCollection } from '../sync/runs/run-collection.js';
import { dayMs } from '../time-units.js';
import { prunableWebhooks } from '../webhooks/prune-webhooks.js';
import { prunableByDate } from './by-date.js';
import { prunableByIntegration } from './by-integration.js';
import type { Prunable } from './chunks.js';
import { createFreeRuns, type FreeRuns } from './free-runs.js';
import type { PruneTarget } from './prune-target.js';
import { prunableSyncItems } from './sync-items.js';
import { prunableSyncRuns } from './sync-runs.js';

export interface PrunableParts {
  readonly models: IntegrationModels;
  readonly settings: RetentionSettings;
  readonly webhookDays: number;
}

/**
 * What is old, by the server's time in milliseconds since the epoch.
 *
 * @param asked What is gone through; what is not, makes no room for the others.
 * @returns Null: of these all are kept for ever.
 */
export function prunablesAt(
  { models, settings, webhookDays }: PrunableParts,
  now: number,
  asked: readonly PruneTarget[],
): Record<PruneTarget, Prunable | null> {
  const before = (days: number | null): Date | null => (days === null ? null : new Date(now - days * dayMs));
  const sync = syncPrunables(models, {
    itemsBefore: before(settings.syncItemsDays),
    runsBefore: before(settings.syncRunsDays),
    itemsGoFirst: asked.includes('syncItems'),
  });
  const logs = before(settings.logsDays);
  const requests = before(settings.requestsDays);
  return {
    ...sync.prunables,
    ...datedPrunables(models, before, settings),
    ...expiredPrunables(models, new Date(now)),
    requests: requests && prunableRequests(models, requests),
    logs: logs && prunableLogs(models, sync.freeRuns, logs),
    webhooks: prunableWebhooks({ webhooks: models.IntegrationWebhook.collection, now, retentionDays: webhookDays }),
  };
}

interface SyncTimes {
  readonly itemsBefore: Date | null;
  readonly runsBefore: Date | null;
  readonly itemsGoFirst: boolean;
}

function syncPrunables(models: IntegrationModels, { itemsBefore, runsBefore, itemsGoFirst }: SyncTimes) {
  const freeRuns = createFreeRuns(models);
  const shared = { ...itemCollections(models), runs: runCollection(models.IntegrationSyncRun), freeRuns };
  return {
    freeRuns,
    prunables: {
      syncItems: itemsBefore && prunableSyncItems({ ...shared, before: itemsBefore }),
      syncRuns:
        runsBefore &&
        prunableSyncRuns({ ...shared, before: runsBefore, itemsBefore: itemsGoFirst ? itemsBefore : null }),
    },
  };
}

/** All but those of writes of which nobody knows whether they happened: they are what there is to go by. */
function prunableRequests({ IntegrationRequest, IntegrationIdempotencyKey: keys }: IntegrationModels, before: Date) {
  return prunableByIntegration({
    collection: IntegrationRequest.collection,
    before,
    async free(rows) {
      const filter = { state: 'unknown', requestId: { $in: rows.map(({ _id }) => _id) } };
      const options = { ...primary, projection: { requestId: 1 } };
      const found = await keys.collection.find<{ requestId: Types.ObjectId }>(filter, options).toArray();
      const needed = new Set(found.map(({ requestId }) => requestId.toHexString()));
      return rows.filter(({ _id }) => !needed.has(_id.toHexString()));
    },
  });
}

/** Not what has not ended, and not the logs of runs that are needed themselves. */
function prunableLogs(
  { IntegrationLog, IntegrationSyncRun }: IntegrationModels,
  freeRuns: FreeRuns,
  before: Date,
): Prunable {
  const runs = runCollection(IntegrationSyncRun);
  const projection = { integrationId: 1, phase: 1 } as const;
  return prunableByIntegration({
    collection: IntegrationLog.collection,
    before,
    filter: { status: { $ne: 'processing' } },
    async free(rows) {
      const filter = { _id: { $in: rows.map(({ _id }) => _id) } };
      const ofRuns = await runs.find(filter, { ...primary, projection, batchSize: rows.length + 1 }).toArray();
      const free = await freeRuns.among(ofRuns.filter(({ phase }) => phase === 'settled'));
      const freeIds = new Set(free.map(({ _id }) => _id.toHexString()));
      const needed = new Set(ofRuns.map(({ _id }) => _id.toHexString()).filter((id) => !freeIds.has(id)));
      return rows.filter(({ _id }) => !needed.has(_id.toHexString()));
    },
  });
}

function datedPrunables(
  { IntegrationSyncEntity, IntegrationIncident }: IntegrationModels,
  before: (days: number | null) => Date | null,
  settings: RetentionSettings,
) {
  const entities = before(settings.syncEntitiesDays);
  const incidents = before(settings.incidentsDays);
  return {
    syncEntities:
      entities &&
      prunableByDate({
        collection: IntegrationSyncEntity.collection,
        filter: { missingSince: { ...isDate, $lte: entities } },
        sort: { missingSince: 1 },
      }),
    incidents:
      incidents &&
      prunableByDate({
        collection: IntegrationIncident.collection,
        // Opened before it was closed: that is what the index knows.
        filter: { status: 'closed', openedAt: { $lte: incidents }, closedAt: { $lte: incidents } },
        sort: { openedAt: 1 },
      }),
  };
}

/** What MongoDB deletes by itself, about once a minute, where nobody has switched that off. */
function expiredPrunables(models: IntegrationModels, now: Date) {
  const expired = { $lte: now };
  const byExpireAt = { sort: { expireAt: 1 } } as const;
  return {
    idempotencyKeys: prunableByDate({
      ...byExpireAt,
      collection: models.IntegrationIdempotencyKey.collection,
      filter: { expireAt: expired, state: 'completed' },
    }),
    responses: prunableByDate({
      ...byExpireAt,
      collection: models.IntegrationResponse.collection,
      filter: { expireAt: expired },
    }),
    oauthFlows: prunableByDate({
      collection: models.IntegrationOAuthFlow.collection,
      filter: { expiresAt: expired },
      sort: { expiresAt: 1 },
    }),
  };
}
