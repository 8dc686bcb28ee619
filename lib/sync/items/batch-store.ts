import type { Types } from 'mongoose';
import type { IntegrationModels } from '../../../schemas/models.js';
import { primary } from '../../primary.js';
import { createBatchFilling, type BatchFilling } from './batch-filling.js';
import { createBatchLeases, due, type BatchLeases } from './batch-leases.js';
import { itemCollections } from './item-collections.js';

/**
 * The operations on batches: each is atomic, lasting, and compares deadlines with the server's clock. Those of a held
 * batch tell whether the lease still held: false, and nothing was written.
 */
export interface BatchStore extends BatchLeases, BatchFilling {
  hasAny(runId: Types.ObjectId): Promise<boolean>;
  hasDue(runId: Types.ObjectId): Promise<boolean>;
  /** How many batches could be claimed now, counted up to the limit. */
  countDue(runId: Types.ObjectId, limit: number): Promise<number>;
  /** How many items are in the batches of the run. */
  remaining(runId: Types.ObjectId): Promise<number>;
}

export interface BatchStoreParts {
  readonly models: Pick<IntegrationModels, 'IntegrationSyncItem' | 'IntegrationSyncBatch'>;
  readonly leaseMs: number;
}

const idAlone = { _id: 1 } as const;

export function createBatchStore({ models, leaseMs }: BatchStoreParts): BatchStore {
  const { batches } = itemCollections(models);
  const leases = createBatchLeases(batches, leaseMs);
  const sources = createBatchFilling(batches, leases.release, leaseMs);
  return {
    ...leases,
    ...sources,
    hasAny: async (syncLogId) => (await batches.findOne({ syncLogId }, { ...primary, projection: idAlone })) !== null,
    hasDue: async (runId) => (await batches.findOne(due(runId), { ...primary, projection: idAlone })) !== null,
    countDue: (runId, limit) => batches.countDocuments(due(runId), { ...primary, limit }),
    async remaining(syncLogId) {
      const stages = [{ $match: { syncLogId } }, { $group: { _id: null, items: { $sum: { $size: '$ids' } } } }];
      const [sum] = await batches.aggregate<{ items: number }>(stages, primary).toArray();
      return sum?.items ?? 0;
    },
  };
}
