import type { Types } from 'mongoose';
import type { IntegrationSyncItemModel } from '../../../schemas/integration-sync-item.js';
import { primary } from '../../primary.js';
import { itemCollection, type ItemCollections } from '../items/item-collections.js';
import { pagesOf } from '../pages-of.js';
import { isCheckpoint } from './compare-checkpoints.js';

/** The checkpoint values of a run's items. */
export interface CheckpointValues {
  /** Of the items that are done or skipped, in order of dispatch, in chunks; at the most those before the limit. */
  resolved(runId: Types.ObjectId, limit: CheckpointLimit, chunkSize: number): AsyncIterable<readonly unknown[]>;
  /** The greatest of each BSON type among those, as MongoDB orders them; NaN is a type of its own. */
  greatest(runId: Types.ObjectId, limit: CheckpointLimit): Promise<readonly unknown[]>;
  /** Before the first item that is not done: null where none may be taken, because nobody knows what comes before it. */
  beforeUnresolved(runId: Types.ObjectId): Promise<CheckpointLimit | null>;
}

/** Up to where values count; empty: all. */
export interface CheckpointLimit {
  readonly sequence?: { readonly $lt: number };
  readonly checkpointValue?: { readonly $lt: unknown };
}

/** Of the first item of the second listing of a run; those of the first are lower. */
const secondListing = 2 * 2 ** 32;

interface Unresolved {
  readonly sequence: number;
  readonly checkpointValue: unknown;
}

export function createCheckpointValues(model: IntegrationSyncItemModel): CheckpointValues {
  const items = itemCollection(model);
  return {
    async *resolved(syncLogId, limit, chunkSize) {
      const cursor = items
        // A reply of 16 MiB holds more of such small documents than a process should.
        .find<Unresolved>(resolvedItems(syncLogId, limit), {
          ...primary,
          projection: { _id: 0, checkpointValue: 1 },
          batchSize: chunkSize,
        })
        .sort({ sequence: 1 });
      for await (const page of pagesOf(cursor, chunkSize)) yield page.map(({ checkpointValue }) => checkpointValue);
    },
    async greatest(syncLogId, limit) {
      const type = { $cond: [{ $eq: ['$checkpointValue', NaN] }, 'NaN', { $type: '$checkpointValue' }] };
      const stages = [
        { $match: resolvedItems(syncLogId, limit) },
        { $group: { _id: type, greatest: { $max: '$checkpointValue' } } },
      ];
      const groups = await items.aggregate<{ greatest: unknown }>(stages, primary).toArray();
      return groups.map(({ greatest }) => greatest);
    },
    async beforeUnresolved(syncLogId) {
      const failed = { syncLogId, status: 'failed' } as const;
      const first = await items.findOne(failed, { ...primary, sort: { sequence: 1 } });
      if (first === null) return {};
      // A repetition, maybe, of an item that stands somewhere else: listed again after a crash, and nothing tells which.
      const repeated = { ...failed, externalId: null, sequence: { $gte: secondListing } };
      if ((await items.findOne(repeated, { ...primary, projection: { _id: 1 } })) !== null) return null;
      const least = await leastValue(items, syncLogId);
      // Where several items share a value, that of the first one which is not done must not be reached.
      return { sequence: { $lt: first.sequence }, ...(isCheckpoint(least) && { checkpointValue: { $lt: least } }) };
    },
  };
}

/** Null and absent values are none. */
function resolvedItems(syncLogId: Types.ObjectId, { sequence, checkpointValue }: CheckpointLimit) {
  return {
    syncLogId,
    status: { $in: ['success', 'skipped'] as const },
    ...(sequence && { sequence }),
    checkpointValue: { $ne: null, ...checkpointValue },
  };
}

async function leastValue(items: ItemCollections['items'], syncLogId: Types.ObjectId): Promise<unknown> {
  const stages = [
    { $match: { syncLogId, status: 'failed' } },
    { $group: { _id: null, least: { $min: '$checkpointValue' } } },
  ];
  const [group] = await items.aggregate<{ least: unknown }>(stages, primary).toArray();
  return group?.least ?? null;
}
