import type { Types } from 'mongoose';
import { durableWrite } from '../durable-write.js';
import { fromNow } from '../from-now.js';
import { primary } from '../primary.js';
import { completed, expired, hasExpired, stamped, type KeptResult, type LedgerFilter } from './ledger-queries.js';
import type { LedgerCollection, LedgerRecord } from './ledger-record.js';

/** Which write: an integration and a key. */
export type LedgerPlace = Pick<LedgerRecord, 'integrationId' | 'key'>;

export interface UnknownPage {
  /** Null: of all. */
  readonly integrationId: Types.ObjectId | null;
  readonly after: Types.ObjectId | null;
  readonly limit: number;
}

/** The operations on writes whose owner has nothing more to say: atomic and lasting like its own. */
export interface UnknownQueries {
  find(place: LedgerPlace): Promise<LedgerRecord | null>;
  /** Whether its owner, or who reconciles it, is still at work. */
  isBusy(place: LedgerPlace): Promise<boolean>;
  /** Makes `unknown` what has lost its owner: of one key, or of all. The number of them. */
  expire(place?: LedgerPlace): Promise<number>;
  list(page: UnknownPage): Promise<LedgerRecord[]>;
  /** Lets one reconcile it, once nothing can be on its way any more. False: not now, or it is not unknown any more. */
  beginReconciling(id: Types.ObjectId, reconciler: string, leaseMs: number): Promise<boolean>;
  endReconciling(id: Types.ObjectId, reconciler: string): Promise<void>;
  /** It happened, whoever has found out. */
  complete(id: Types.ObjectId, kept: KeptResult, retentionMs: number): Promise<boolean>;
  /** It did not happen: forgets it. By who reconciles it; null: by an operator. */
  discard(id: Types.ObjectId, reconciler: string | null): Promise<boolean>;
}

export function createUnknownQueries(collection: LedgerCollection): UnknownQueries {
  return {
    find: (place) => collection.findOne(place, primary),
    async isBusy(place) {
      const found = await collection.findOne<{ isBusy: boolean }>(place, { ...primary, projection: { isBusy } });
      return found?.isBusy ?? false;
    },
    async expire(place) {
      const filter: LedgerFilter = { ...place, state: 'in_progress', $expr: hasExpired };
      const { modifiedCount } = await collection.updateMany(filter, [{ $set: stamped(expired) }], durableWrite);
      return modifiedCount;
    },
    list: (page) => collection.find(filterOf(page), primary).sort({ _id: 1 }).limit(page.limit).toArray(),
    async beginReconciling(_id, reconciler, leaseMs) {
      const filter: LedgerFilter = { _id, state: 'unknown', $expr: { $and: [isOver, isNobodys] } };
      const lease = { reconciler: { $literal: reconciler }, reconcileUntil: fromNow(leaseMs) };
      return (await collection.updateOne(filter, [{ $set: stamped(lease) }], durableWrite)).matchedCount === 1;
    },
    async endReconciling(_id, reconciler) {
      const none = { reconciler: null, reconcileUntil: null };
      await collection.updateOne({ _id, reconciler }, [{ $set: stamped(none) }], durableWrite);
    },
    async complete(_id, kept, retentionMs) {
      const fields = stamped(completed(kept, retentionMs));
      return (
        (await collection.updateOne({ _id, state: 'unknown' }, [{ $set: fields }], durableWrite)).matchedCount === 1
      );
    },
    async discard(_id, reconciler) {
      const filter: LedgerFilter = { _id, state: 'unknown', ...(reconciler !== null && { reconciler }) };
      return (await collection.deleteOne(filter, durableWrite)).deletedCount === 1;
    },
  };
}

function filterOf({ integrationId, after }: UnknownPage): LedgerFilter {
  return {
    state: 'unknown',
    ...(integrationId !== null && { integrationId }),
    ...(after !== null && { _id: { $gt: after } }),
  };
}

/** Nothing of it can be on its way any more. */
const isOver = { $lte: [{ $add: ['$unknownSince', '$graceMs'] }, '$$NOW'] };
const isNobodys = { $lte: [{ $ifNull: ['$reconcileUntil', new Date(0)] }, '$$NOW'] };

const isBusy = {
  $or: [
    { $and: [{ $eq: ['$state', 'in_progress'] }, { $gt: ['$leaseUntil', '$$NOW'] }] },
    { $and: [{ $eq: ['$state', 'unknown'] }, { $gt: ['$reconcileUntil', '$$NOW'] }] },
  ],
};
