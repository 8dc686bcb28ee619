import type { Types } from 'mongoose';
import { primary } from '../primary.js';
import { pagesOf } from '../sync/pages-of.js';
import type { CountedCollection } from './by-date.js';
import { chunksOf, type ChunkSource, type Prunable } from './chunks.js';

interface LoggedRow {
  readonly _id: Types.ObjectId;
}

/** A collection with an index by integration and time, and an `aggregate()`. */
export interface LogCollection extends CountedCollection<LoggedRow> {
  aggregate(stages: object[], options: object): AsyncIterable<object>;
}

export interface ByIntegrationSource extends Pick<ChunkSource<LoggedRow>, 'free'> {
  readonly collection: LogCollection;
  readonly before: Date;
  /** Of the old ones, which. */
  readonly filter?: object;
}

/** So many are gone through by one query: each may have a few old documents only. */
const integrationsAtOnce = 100;

/**
 * Documents of integrations that were made long ago, by the index that shows the newest ones of each integration. One
 * by time alone would be paid for by every call, and needed once an hour.
 */
export function prunableByIntegration({ collection, before, filter, free }: ByIntegrationSource): Prunable {
  const old = (ids: readonly unknown[]) => ({
    integrationId: { $in: ids },
    createdAt: { $lte: before },
    ...filter,
  });
  return {
    async count() {
      let count = 0;
      for (const ids of await groupsWith(collection, before)) {
        count += await collection.countDocuments(old(ids), primary);
      }
      return count;
    },
    async *chunks() {
      for (const ids of await groupsWith(collection, before)) {
        yield* chunksOf({ collection, filter: old(ids), ...(free && { free }) });
      }
    },
  };
}

/** Looks at the oldest document of each. Read at once: a cursor that waits for deletions might be closed meanwhile. */
async function groupsWith(collection: LogCollection, before: Date): Promise<(readonly unknown[])[]> {
  const stages = [
    { $sort: { integrationId: -1, createdAt: 1 } },
    { $group: { _id: '$integrationId', oldest: { $first: '$createdAt' } } },
    { $match: { oldest: { $lte: before } } },
  ];
  const groups: (readonly unknown[])[] = [];
  const found = collection.aggregate(stages, primary);
  for await (const page of pagesOf(found, integrationsAtOnce)) {
    groups.push(page.map((row) => ('_id' in row ? row._id : null)));
  }
  return groups;
}
