import type { Types } from 'mongoose';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';

type Item = IntegrationSyncItemFields;

/** The items of batches that this process has just stored: whoever begins to handle them here need not read them. */
export interface FreshBatches {
  /** Keeps them for a moment, if there is room. */
  keep(batchId: Types.ObjectId, items: readonly Item[], bytes: number): void;
  /** Once: null where they are not known, or not any more. */
  take(batchId: Types.ObjectId): readonly Item[] | null;
}

interface FreshBatch {
  readonly items: readonly Item[];
  readonly bytes: number;
}

const mostBytes = 16 * 1024 * 1024;
/** Who is free begins at once; what waits for longer needs no memory. */
const longestMs = 1_000;

export function createFreshBatches(): FreshBatches {
  const batches = new Map<string, FreshBatch>();
  let bytesKept = 0;

  function drop(key: string): FreshBatch | null {
    const batch = batches.get(key);
    if (batch === undefined) return null;
    batches.delete(key);
    bytesKept -= batch.bytes;
    return batch;
  }

  return {
    keep(batchId, items, bytes) {
      if (bytesKept + bytes > mostBytes) return;
      const key = batchId.toHexString();
      batches.set(key, { items, bytes });
      bytesKept += bytes;
      setTimeout(() => drop(key), longestMs).unref();
    },
    take: (batchId) => drop(batchId.toHexString())?.items ?? null,
  };
}
