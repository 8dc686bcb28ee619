import type { IntegrationSyncRunFields } from '../../schemas/integration-sync-run.js';
import { durableWrite } from '../durable-write.js';
import { primary } from '../primary.js';
import type { ItemCollections } from '../sync/items/item-collections.js';
import type { RunCollection } from '../sync/runs/run-collection.js';
import { chunksOf, type Prunable } from './chunks.js';
import type { FreeRuns } from './free-runs.js';

export interface SyncRunSource extends Pick<ItemCollections, 'batches'> {
  readonly runs: RunCollection;
  readonly freeRuns: FreeRuns;
  readonly before: Date;
  /** Items of runs that settled before then go first; null: none do. */
  readonly itemsBefore: Date | null;
}

type Run = Pick<IntegrationSyncRunFields, '_id' | 'integrationId' | 'settledAt' | 'storedItems'>;

/** Settled runs that nothing needs any more, and whose items have gone. */
export function prunableSyncRuns({ runs, batches, freeRuns, before, itemsBefore }: SyncRunSource): Prunable {
  const filter = {
    phase: 'settled',
    // Null finds absent fields, of which the types know nothing.
    storedItems: { $in: [null, 'none'] as unknown as 'none'[] },
    settledAt: { $lte: before },
  } as const;

  async function free(page: readonly Run[], isDry: boolean): Promise<readonly Run[]> {
    const candidates = await freeRuns.among(page);
    const marked = candidates.filter(({ storedItems }) => storedItems === 'none');
    const others = candidates.filter(({ storedItems }) => storedItems !== 'none');
    if (others.length === 0) return marked;
    const withItems = await freeRuns.withItems(others.map(({ _id }) => _id));
    // A run that is not dry would have deleted them by now.
    const goBefore = ({ settledAt }: Run) => isDry && itemsBefore !== null && (settledAt ?? before) <= itemsBefore;
    return [...marked, ...others.filter((run) => goBefore(run) || !withItems.has(run._id.toHexString()))];
  }

  return {
    count: () => runs.countDocuments(filter, primary),
    chunks: ({ isDry }) =>
      chunksOf<Run>({
        collection: runs,
        filter,
        projection: { integrationId: 1, settledAt: 1, storedItems: 1 },
        free: (page) => free(page, isDry),
        beforeRemoval: (ids) => batches.deleteMany({ syncLogId: { $in: idsOf(ids) } }, durableWrite),
      }),
  };
}

const idsOf = (ids: readonly Run['_id'][]) => [...ids];
