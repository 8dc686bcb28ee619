import type { Types } from 'mongoose';
import type { IntegrationSyncRunFields } from '../../schemas/integration-sync-run.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { integrationCollection } from '../integration-store/integration-collection.js';
import { primary } from '../primary.js';
import { itemCollection, type ItemCollections } from '../sync/items/item-collections.js';
import { runCollection, type RunCollection } from '../sync/runs/run-collection.js';

export type FreeRunModels = Pick<IntegrationModels, 'Integration' | 'IntegrationSyncItem' | 'IntegrationSyncRun'>;
export type SettledRun = Pick<IntegrationSyncRunFields, '_id' | 'integrationId'>;

/** Tells which settled runs nothing needs any more. */
export interface FreeRuns {
  /**
   * Not the newest run of an integration, nor the one that its schedule goes by, nor one with items that an operator
   * may retry: it would be settled again then, and its cursor made of all its items.
   */
  among<Run extends SettledRun>(runs: readonly Run[]): Promise<readonly Run[]>;
  /** Runs of which there are items, whatever became of them. */
  withItems(ids: readonly Types.ObjectId[]): Promise<ReadonlySet<string>>;
}

const unresolved = { $in: ['pending', 'processing', 'failed'] as ('pending' | 'processing' | 'failed')[] };

export function createFreeRuns(models: FreeRunModels): FreeRuns {
  const items = itemCollection(models.IntegrationSyncItem);
  const runs = runCollection(models.IntegrationSyncRun);
  return {
    async among(settled) {
      const integrationIds = [...new Map(settled.map(({ integrationId: id }) => [id.toHexString(), id])).values()];
      const ids = settled.map(({ _id }) => _id);
      const needed = new Set([
        ...(await newest(runs, integrationIds)),
        ...(await latestByIntegration(models.Integration, integrationIds)),
        ...(await runsOf(items, { syncLogId: { $in: ids }, status: unresolved })),
      ]);
      return settled.filter(({ _id }) => !needed.has(_id.toHexString()));
    },
    withItems: async (ids) => new Set(await runsOf(items, { syncLogId: { $in: [...ids] } })),
  };
}

async function newest(runs: RunCollection, integrationIds: Types.ObjectId[]): Promise<string[]> {
  const stages = [
    { $match: { integrationId: { $in: integrationIds } } },
    { $sort: { integrationId: 1, _id: -1 } },
    { $group: { _id: '$integrationId', runId: { $first: '$_id' } } },
  ];
  const found = await runs.aggregate<{ readonly runId: Types.ObjectId }>(stages, primary).toArray();
  return found.map(({ runId }) => runId.toHexString());
}

async function latestByIntegration(model: IntegrationModels['Integration'], ids: Types.ObjectId[]): Promise<string[]> {
  const found = await integrationCollection(model)
    .find({ _id: { $in: ids } }, { ...primary, projection: { lastSyncRunId: 1 }, batchSize: ids.length + 1 })
    .toArray();
  return found.flatMap(({ lastSyncRunId }) => lastSyncRunId?.toHexString() ?? []);
}

type ItemFilter = Parameters<ItemCollections['items']['find']>[0];

async function runsOf(items: ItemCollections['items'], filter: ItemFilter): Promise<string[]> {
  const stages = [{ $match: filter }, { $group: { _id: '$syncLogId' } }];
  const found = await items.aggregate<{ readonly _id: Types.ObjectId }>(stages, primary).toArray();
  return found.map(({ _id }) => _id.toHexString());
}
