import type { Types } from 'mongoose';
import { syncRunPhases, type IntegrationSyncRunFields } from '../../../schemas/integration-sync-run.js';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import { primary } from '../../primary.js';
import type { ItemCollections } from '../items/item-collections.js';
import { pagesOf } from '../pages-of.js';
import type { RunCollection } from '../runs/run-collection.js';
import type { WakeRuns } from '../schedule/wake-runs.js';
import { groupedByRun, type ItemGroup } from './failed-items.js';
import { requeue, type ReopeningParts } from './reopening.js';

/** What was found to have been left behind. */
export interface Reclaimed {
  /** Runs whose driver has vanished. */
  readonly runs: number;
  /** Batches whose worker has vanished. */
  readonly batches: number;
  /** Items that were open without anybody having to do with them. */
  readonly items: number;
}

export interface ReclaimParts extends ReopeningParts {
  readonly collections: ItemCollections;
  readonly runCollection: RunCollection;
  readonly wakeRuns: Pick<WakeRuns, 'wake'>;
  serverTime(): Promise<Date>;
}

type Run = Pick<IntegrationSyncRunFields, '_id' | 'phase' | 'availableAt' | 'lease'>;
type Row = Pick<IntegrationSyncItemFields, '_id' | 'integrationId' | 'syncLogId'>;

const pageSize = 500;
const unsettled = syncRunPhases.filter((phase) => phase !== 'settled');
const projection = { integrationId: 1, syncLogId: 1 } as const;
const openStatuses = ['pending', 'processing'] as const;

/**
 * Has what was left behind gone on with at once: runs and batches whose leases have ended, and open items that are in
 * no batch.
 *
 * @param integrationId Null: of all integrations, and of runs that are not settled.
 */
export async function reclaim(parts: ReclaimParts, integrationId: Types.ObjectId | null): Promise<Reclaimed> {
  const now = await parts.serverTime();
  const found = { runs: 0, batches: 0, items: 0 };
  if (integrationId !== null) found.items += await requeueLost(parts, { integrationId });
  const filter = { phase: { $in: unsettled }, ...(integrationId !== null && { integrationId }) };
  for await (const run of parts.runCollection.find<Run>(filter, { ...primary, batchSize: pageSize })) {
    if (integrationId === null) found.items += await requeueLost(parts, { syncLogId: run._id });
    const isLeft = run.lease !== null && run.availableAt <= now;
    found.runs += Number(isLeft);
    const left = { syncLogId: run._id, availableAt: { $lte: now }, lease: { $ne: null } };
    found.batches += await parts.collections.batches.countDocuments(left, primary);
    await parts.wakeRuns.wake(run, now);
  }
  return found;
}

/** Of a run, or of an integration. */
type Whose = { readonly integrationId: Types.ObjectId } | { readonly syncLogId: Types.ObjectId };

async function requeueLost(parts: ReclaimParts, whose: Whose): Promise<number> {
  let requeued = 0;
  for (const status of openStatuses) {
    for await (const page of openItems(parts.items, { ...whose, status })) {
      for (const group of groupedByRun(page)) {
        const lost = await withoutBatch(parts, group);
        // Their counters stay: nobody has judged them.
        const reset = { status: { $in: openStatuses }, fields: { availableAt: null } } as const;
        if (lost.length > 0) requeued += await requeue(parts, { ...group, ids: lost }, reset);
      }
    }
  }
  return requeued;
}

async function* openItems(items: ItemCollections['items'], filter: Whose & { status: 'pending' | 'processing' }) {
  const cursor = items.find<Row>(filter, { ...primary, projection, batchSize: pageSize });
  yield* pagesOf(cursor, pageSize);
}

/** Those of a run's items that are in none of its batches. */
async function withoutBatch({ collections }: ReclaimParts, { run, ids }: ItemGroup): Promise<Types.ObjectId[]> {
  const stages = [
    { $match: { syncLogId: run._id } },
    { $project: { ids: { $setIntersection: ['$ids', { $literal: ids }] } } },
    { $match: { ids: { $ne: [] } } },
  ];
  const found = await collections.batches.aggregate<Pick<ItemGroup, 'ids'>>(stages, primary).toArray();
  const inBatches = new Set(found.flatMap((batch) => batch.ids.map((id) => id.toHexString())));
  return ids.filter((id) => !inBatches.has(id.toHexString()));
}
