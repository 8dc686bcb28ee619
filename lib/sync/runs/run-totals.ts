import type { Types } from 'mongoose';
import type { IntegrationSyncItemModel } from '../../../schemas/integration-sync-item.js';
import { primary } from '../../primary.js';
import type { SyncCounts } from '../../types/sync-result.js';
import { itemCollection } from '../items/item-collections.js';

/** How the items of a run stand. */
export interface RunTotals extends SyncCounts {
  /** All of them. */
  readonly listed: number;
  /** Those that have not come to their end. */
  readonly open: number;
}

/** The items of a run, counted. */
export interface RunItems {
  totals(runId: Types.ObjectId): Promise<RunTotals>;
  stored(runId: Types.ObjectId): Promise<number>;
  failed(runId: Types.ObjectId): Promise<number>;
  /** The ids of those that have not come to their end, so many at most. */
  open(runId: Types.ObjectId, limit: number): Promise<Types.ObjectId[]>;
}

const open = ['pending', 'processing'] as const;

export function createRunItems(model: IntegrationSyncItemModel): RunItems {
  const collection = itemCollection(model);
  return {
    async totals(syncLogId) {
      const stages = [{ $match: { syncLogId } }, { $group: { _id: '$status', count: { $sum: 1 } } }];
      const groups = await collection.aggregate<{ _id: string; count: number }>(stages, primary).toArray();
      const of = (...statuses: string[]) =>
        groups.filter(({ _id }) => statuses.includes(_id)).reduce((sum, { count }) => sum + count, 0);
      const counts = { succeeded: of('success'), failed: of('failed'), skipped: of('skipped'), open: of(...open) };
      return { ...counts, listed: counts.succeeded + counts.failed + counts.skipped + counts.open };
    },
    stored: (syncLogId) => collection.countDocuments({ syncLogId }, primary),
    failed: (syncLogId) => collection.countDocuments({ syncLogId, status: 'failed' }, primary),
    async open(syncLogId, limit) {
      const filter = { syncLogId, status: { $in: open } };
      const found = await collection
        .find(filter, { ...primary, projection: { _id: 1 } })
        .limit(limit)
        .toArray();
      return found.map(({ _id }) => _id);
    },
  };
}
