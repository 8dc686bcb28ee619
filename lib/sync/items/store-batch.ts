import type { Types } from 'mongoose';
import type { BoundSealer } from '../../credentials/bound-sealer.js';
import { IntegrationError } from '../../errors.js';
import type { BatchOwner } from './batch.js';
import type { BatchStore } from './batch-store.js';
import type { FreshBatches } from './fresh-batches.js';
import { insertItems, type Insertion, type InsertionParts } from './insert-items.js';
import { sealPayload } from './item-payload.js';
import { refusedByServer, unstorable, type Dispatched, type NewItem } from './new-item.js';

export interface StoreBatchParts extends InsertionParts {
  readonly batches: Pick<BatchStore, 'fill' | 'finishFilling'>;
  readonly fresh: Pick<FreshBatches, 'keep'>;
  /** Seals payloads; null: they are stored in clear. */
  readonly sealer: BoundSealer | null;
  readonly run: BatchOwner;
  /** Whether the run is still this process's to list. */
  readonly canWrite: () => boolean | Promise<boolean>;
  /** Makes a run that another process may have settled meanwhile settle once more. */
  readonly reopen: (runId: Types.ObjectId) => Promise<unknown>;
}

/** What became of a batch. */
export interface StoredBatch {
  readonly stored: number;
  readonly duplicates: number;
  readonly hasCheckpoints: boolean;
  /** Stored, and failed at once: they cannot be stored as they are. */
  readonly failed: readonly FailedItem[];
  /** Those to be handled. */
  readonly open: readonly NewItem[];
}

export interface FailedItem {
  readonly item: NewItem;
  readonly error: unknown;
}

/**
 * Stores dispatched items and the batch that carries them. The process may die after any line: a batch whose items are
 * missing is emptied by who claims it when the lease ends, and what the listing had not saved is listed again.
 *
 * @throws IntegrationError `SYNC_LEASE_LOST` where another process lists by now. What is stored stays: the other one
 *   may have taken its own for repetitions of it.
 */
export async function storeBatch(parts: StoreBatchParts, dispatched: readonly Dispatched[]): Promise<StoredBatch> {
  if (!(await parts.canWrite())) throw leaseLost();
  const { batches, run } = parts;
  const held = await batches.fill(run, idsOf(dispatched.map(({ item }) => item)));
  const prepared = dispatched.map((each) => prepare(parts, held._id, each));
  if (parts.sealer !== null) await sealAll(parts.sealer, prepared);
  const insertion = await insertItems(parts, prepared);
  const outcome = outcomeOf(dispatched, prepared, insertion);
  if (dispatched.every(({ isPlain }) => isPlain)) parts.fresh.keep(held._id, outcome.open, bytesOf(dispatched));
  await batches.finishFilling(held, idsOf(outcome.open));
  if (await parts.canWrite()) return outcome;
  await parts.reopen(run._id);
  throw leaseLost();
}

/** The item as it is stored, but for its seal. */
function prepare(parts: StoreBatchParts, batchId: Types.ObjectId, { item, problem }: Dispatched): NewItem {
  if (problem !== null) return { ...unstorable(item, parts.toStoredError(problem)), batchId };
  item.batchId = batchId;
  return item;
}

async function sealAll(sealer: BoundSealer, items: readonly NewItem[]): Promise<void> {
  const sealing = items
    .filter(({ status }) => status === 'pending')
    .map(async (item) => {
      item.payload = await sealPayload(sealer, item._id, item.payload);
    });
  await Promise.all(sealing);
}

function outcomeOf(
  dispatched: readonly Dispatched[],
  prepared: readonly NewItem[],
  { duplicates, failed }: Insertion,
): StoredBatch {
  const dropped = new Set(duplicates);
  const refused = new Set(failed.map(({ _id }) => _id));
  const stored = prepared.filter((item) => !dropped.has(item));
  return {
    stored: stored.length,
    duplicates: duplicates.length,
    hasCheckpoints: stored.some(({ checkpointValue }) => checkpointValue !== null),
    open: stored.filter(({ _id, status }) => status === 'pending' && !refused.has(_id)),
    failed: [
      ...dispatched.flatMap(({ problem }, index) => {
        const item = prepared[index];
        return problem === null || item === undefined || dropped.has(item) ? [] : [{ item, error: problem }];
      }),
      ...failed.map((item) => ({ item, error: refusedByServer() })),
    ],
  };
}

function bytesOf(dispatched: readonly Dispatched[]): number {
  return dispatched.reduce((sum, { bytes }) => sum + bytes, 0);
}

function idsOf(items: readonly NewItem[]): Types.ObjectId[] {
  return items.map(({ _id }) => _id);
}

function leaseLost(): IntegrationError {
  return new IntegrationError('SYNC_LEASE_LOST', 'Another process has taken over the listing of this run.');
}
