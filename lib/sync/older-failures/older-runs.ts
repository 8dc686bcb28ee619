import { Types } from 'mongoose';
import type { RunCollection, SyncRun } from '../runs/run-collection.js';

/**
 * Tells which of some runs of an integration began before another one. An integration has one run after the other, and
 * the server stamps when each begins. What has been pruned is old.
 */
export function createOlderRuns(collection: RunCollection, run: Pick<SyncRun, '_id' | 'createdAt'>) {
  const known = new Map<string, boolean>([[run._id.toHexString(), false]]);

  return async (ids: readonly Types.ObjectId[]): Promise<(id: Types.ObjectId) => boolean> => {
    const unknown = [...new Set(ids.map((id) => id.toHexString()))].filter((id) => !known.has(id));
    const began = unknown.length === 0 ? new Map<string, Date>() : await whenBegan(collection, unknown);
    for (const id of unknown) known.set(id, (began.get(id) ?? new Date(0)) < run.createdAt);
    return (id) => known.get(id.toHexString()) ?? false;
  };
}

async function whenBegan(collection: RunCollection, ids: readonly string[]): Promise<Map<string, Date>> {
  const found = await collection
    .find<Pick<SyncRun, '_id' | 'createdAt'>>(
      { _id: { $in: ids.map((id) => new Types.ObjectId(id)) } },
      { projection: { createdAt: 1 }, readPreference: 'primary', batchSize: ids.length + 1 },
    )
    .toArray();
  return new Map(found.map(({ _id, createdAt }) => [_id.toHexString(), createdAt]));
}
