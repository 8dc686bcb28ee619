import type { Types } from 'mongoose';
import { durableWrite } from '../../durable-write.js';
import { fromNow } from '../../from-now.js';
import { moment } from '../../idempotency/lease.js';
import { filling, type BatchCollection, type ClaimedBatch, type Handover, type HeldBatch } from './batch.js';

/** What who works on batches does with them. */
export interface BatchLeases {
  /**
   * The batch that has been due for the longest; null: none is.
   *
   * @param skipCareful Only one whose last holder did not vanish.
   */
  claim(runId: Types.ObjectId, token: string, options: { readonly skipCareful: boolean }): Promise<ClaimedBatch | null>;
  renew(batch: HeldBatch): Promise<boolean>;
  /** Leaves these items in the batch, and goes on holding it. */
  keep(batch: HeldBatch, ids: readonly Types.ObjectId[]): Promise<boolean>;
  /** Hands it back; deletes it where nothing is left of it. */
  release(batch: HeldBatch, handover: Handover): Promise<boolean>;
}

const stamped = (fields: object) => [{ $set: { ...fields, updatedAt: '$$NOW' } }];

/** The batches of a run that can be claimed. */
export const due = (syncLogId: Types.ObjectId) => ({ syncLogId, $expr: { $lte: ['$availableAt', '$$NOW'] } });

export function createBatchLeases(batches: BatchCollection, leaseMs: number): BatchLeases {
  async function update({ _id, token }: HeldBatch, fields: object): Promise<boolean> {
    const filter = { _id, lease: token };
    return (await batches.updateOne(filter, stamped(fields), durableWrite)).matchedCount === 1;
  }

  async function remove({ _id, token }: HeldBatch): Promise<boolean> {
    return (await batches.deleteOne({ _id, lease: token }, durableWrite)).deletedCount === 1;
  }

  return {
    async claim(runId, token, { skipCareful }) {
      const since = moment();
      const filter = { ...due(runId), ...(skipCareful && { isCareful: { $ne: true }, lease: null }) };
      const batch = await batches.findOneAndUpdate(filter, stamped(claimed(token, leaseMs)), oldestFirst);
      if (batch === null) return null;
      const { _id, ids, isCareful, isFirst = false, integrationId, updatedAt } = batch;
      const run = { _id: runId, integrationId };
      return { _id, ids, isCareful, isFirst, token, since, run, claimedAt: updatedAt.getTime() };
    },
    renew: (batch) => update(batch, { availableAt: fromNow(leaseMs) }),
    keep: (batch, ids) => update(batch, { ids: { $literal: ids } }),
    async release(batch, { ids, afterMs, isCareful }) {
      if (ids.length === 0) return remove(batch);
      const handed = { lease: null, isCareful, availableAt: fromNow(afterMs) };
      return update(batch, { ids: { $literal: ids }, ...handed });
    },
  };
}

const oldestFirst = { ...durableWrite, returnDocument: 'after', sort: { availableAt: 1 } } as const;

/** Who has held it until now, and has not handed it back, vanished; who only filled it has run nothing. */
function claimed(token: string, leaseMs: number) {
  const isOfFiller = { $eq: [{ $substrCP: [{ $ifNull: ['$lease', filling] }, 0, filling.length] }, filling] };
  return {
    lease: token,
    availableAt: fromNow(leaseMs),
    isCareful: { $or: ['$isCareful', { $not: [isOfFiller] }] },
    isFirst: { $and: [{ $eq: ['$lease', null] }, { $eq: [{ $type: '$isFirst' }, 'missing'] }] },
  };
}
