import type { Types } from 'mongoose';
import type { IntegrationSyncRunFields } from '../../schemas/integration-sync-run.js';
import { durableWrite } from '../durable-write.js';
import { primary } from '../primary.js';
import type { ItemCollections } from '../sync/items/item-collections.js';
import type { RunCollection } from '../sync/runs/run-collection.js';
import { chunkSize, chunksOf, type Chunk, type Prunable } from './chunks.js';
import type { FreeRuns } from './free-runs.js';

export interface SyncItemSource extends ItemCollections {
  readonly runs: RunCollection;
  readonly freeRuns: FreeRuns;
  readonly before: Date;
}

type Run = Pick<IntegrationSyncRunFields, '_id' | 'integrationId' | 'settledAt'>;

const runsAtOnce = 200;
const resolved = { $in: ['success', 'skipped'] as ('success' | 'skipped')[] };

/**
 * Runs that settled long ago, and have items still, or may have. Null finds absent fields, of which the types know
 * nothing.
 */
const oldRuns = ({ before }: SyncItemSource) =>
  ({
    phase: 'settled' as const,
    storedItems: { $in: [null, 'some'] as unknown as 'some'[] },
    settledAt: { $lte: before },
  }) as const;

/** Items that are done or skipped, of runs that nothing needs any more: run by run. And such that have no run. */
export function prunableSyncItems(source: SyncItemSource): Prunable {
  const { items } = source;
  const ofRuns = (ids: readonly Types.ObjectId[]) => ({ syncLogId: { $in: [...ids] }, status: resolved });
  const ofNoRun = { syncLogId: null, status: resolved, createdAt: { $lte: source.before } };
  return {
    async count() {
      let count = await items.countDocuments(ofNoRun, primary);
      for await (const ids of freePages(source)) count += await items.countDocuments(ofRuns(ids), primary);
      return count;
    },
    async *chunks({ isDry }) {
      for await (const ids of freePages(source)) {
        if (isDry) yield* counted(await items.countDocuments(ofRuns(ids), primary));
        else yield* givenUp(source, ids, (begun) => chunksOf({ collection: items, filter: ofRuns(begun) }));
      }
      yield* chunksOf({ collection: items, filter: ofNoRun });
    },
  };
}

async function* freePages(source: SyncItemSource): AsyncGenerator<readonly Types.ObjectId[]> {
  for await (const page of oldRunPages(source)) {
    const ids = (await source.freeRuns.among(page)).map(({ _id }) => _id);
    if (ids.length > 0) yield ids;
  }
}

/** Each page by a query of its own: the items of one may take longer to delete than the server keeps a cursor. */
async function* oldRunPages(source: SyncItemSource): AsyncGenerator<readonly Run[]> {
  const filter = oldRuns(source);
  const options = { ...primary, projection: { integrationId: 1, settledAt: 1 }, limit: runsAtOnce } as const;
  let from = new Date(0);
  /** Those that settled in that very millisecond, and have been given. */
  let given: Types.ObjectId[] = [];
  for (;;) {
    const place = { settledAt: { $gte: from, ...filter.settledAt }, _id: { $nin: given } };
    const page = await source.runs
      .find<Run>({ ...filter, ...place }, options)
      .sort({ settledAt: 1 })
      .toArray();
    if (page.length === 0) return;
    yield page;
    const last = page.at(-1)?.settledAt ?? from;
    const isLast = ({ settledAt }: Run) => settledAt?.getTime() === last.getTime();
    given = [...(last.getTime() === from.getTime() ? given : []), ...page.filter(isLast).map(({ _id }) => _id)];
    from = last;
  }
}

/**
 * Between two marks: from the first on nobody can settle the run again, by the items that happen to be left; the second
 * one says that there are none. Who dies in between leaves a run that is found again.
 */
async function* givenUp(
  source: SyncItemSource,
  ids: readonly Types.ObjectId[],
  chunks: (ids: readonly Types.ObjectId[]) => AsyncIterable<Chunk>,
): AsyncGenerator<Chunk> {
  const { runs, batches } = source;
  const mark = (storedItems: 'some' | 'none') => [{ $set: { storedItems, updatedAt: '$$NOW' } }];
  const free = { ...oldRuns(source), _id: { $in: [...ids] } };
  await runs.updateMany(free, mark('some'), durableWrite);
  const begun = await runs
    .find({ _id: free._id, storedItems: 'some' }, { ...primary, projection: { _id: 1 }, batchSize: runsAtOnce + 1 })
    .toArray();
  const begunIds = begun.map(({ _id }) => _id);
  yield* chunks(begunIds);
  // A process that died before it could say that it is through with them.
  await batches.deleteMany({ syncLogId: { $in: begunIds } }, durableWrite);
  await runs.updateMany({ _id: { $in: begunIds }, storedItems: 'some' }, mark('none'), durableWrite);
}

function* counted(count: number): Generator<Chunk> {
  for (let left = count; left > 0; left -= chunkSize) {
    yield { size: Math.min(left, chunkSize), remove: () => Promise.resolve(0) };
  }
}
