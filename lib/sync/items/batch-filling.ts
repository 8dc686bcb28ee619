import { randomUUID } from 'node:crypto';
import { Types } from 'mongoose';
import { durableWrite } from '../../durable-write.js';
import { fromNow } from '../../from-now.js';
import { filling, type BatchCollection, type BatchOwner, type HeldBatch } from './batch.js';
import type { BatchLeases } from './batch-leases.js';
import { persevere } from '../../persevere.js';

/** How batches come about. */
export interface BatchFilling {
  /** Makes a batch that nobody can claim yet; its items can be stored now. */
  fill(run: BatchOwner, ids: readonly Types.ObjectId[]): Promise<HeldBatch>;
  /** The items of a batch being filled are stored: it can be claimed, whatever became of it meanwhile. */
  finishFilling(batch: HeldBatch, ids: readonly Types.ObjectId[]): Promise<void>;
  /** Makes a batch that can be claimed at once. */
  put(run: BatchOwner, ids: readonly Types.ObjectId[]): Promise<void>;
  /**
   * Makes stored items open again: they are in a batch before `reset` is called with them, which makes them pending,
   * and the batch can be claimed afterwards.
   */
  requeue(run: BatchOwner, ids: readonly Types.ObjectId[], reset: ResetItems): Promise<void>;
}

/** Makes items pending that are in that batch, and resolves to those that are now; the others leave the batch again. */
export type ResetItems = (
  ids: readonly Types.ObjectId[],
  batchId: Types.ObjectId,
) => Promise<readonly Types.ObjectId[]>;

const mostIds = 500;

export function createBatchFilling(
  batches: BatchCollection,
  release: BatchLeases['release'],
  leaseMs: number,
): BatchFilling {
  async function insert(_id: Types.ObjectId, fields: object): Promise<void> {
    // Not an insert, which knows nothing of the server's clock; and a repetition leaves alone what it finds.
    const isNew = { $eq: [{ $type: '$lease' }, 'missing'] };
    const pipeline = [{ $replaceWith: { $cond: [isNew, { _id, ...fields }, '$$ROOT'] } }];
    await persevere(() => batches.updateOne({ _id }, pipeline, { ...durableWrite, upsert: true }));
  }

  async function fill(run: BatchOwner, ids: readonly Types.ObjectId[]): Promise<HeldBatch> {
    const held = { _id: new Types.ObjectId(), run, token: filling + randomUUID() };
    await insert(held._id, { ...newBatch(run, ids), lease: held.token, availableAt: fromNow(leaseMs) });
    return held;
  }

  async function put(run: BatchOwner, ids: readonly Types.ObjectId[]): Promise<void> {
    await insert(new Types.ObjectId(), { ...newBatch(run, ids), lease: null, availableAt: '$$NOW' });
  }

  async function finishFilling(batch: HeldBatch, ids: readonly Types.ObjectId[]): Promise<void> {
    const isOurs = await persevere(() => release(batch, { ids, afterMs: 0, isCareful: false }));
    // It took so long that somebody looked into the batch: what he did not find there needs another one.
    if (!isOurs && ids.length > 0) await put(batch.run, ids);
  }

  return {
    fill,
    put,
    finishFilling,
    async requeue(run, ids, reset) {
      for (let first = 0; first < ids.length; first += mostIds) {
        const some = ids.slice(first, first + mostIds);
        const batch = await fill(run, some);
        await finishFilling(batch, await reset(some, batch._id));
      }
    },
  };
}

function newBatch(run: BatchOwner, ids: readonly Types.ObjectId[]) {
  return {
    integrationId: run.integrationId,
    syncLogId: run._id,
    ids: { $literal: ids },
    isCareful: false,
    createdAt: '$$NOW',
    updatedAt: '$$NOW',
  };
}
