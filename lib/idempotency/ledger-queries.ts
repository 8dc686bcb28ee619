import { Types } from 'mongoose';
import { durableWrite } from '../durable-write.js';
import { fromNow } from '../from-now.js';
import type { LedgerCollection, LedgerRecord } from './ledger-record.js';

/** What is written of a claim; the dates come from the server. */
export type NewClaim = Pick<
  LedgerRecord,
  | 'integrationId'
  | 'key'
  | 'owner'
  | 'fingerprint'
  | 'fingerprintKeyId'
  | 'endpoint'
  | 'method'
  | 'requestId'
  | 'graceMs'
>;

/** A claim that was made. */
export type HeldClaim = Pick<LedgerRecord, '_id' | 'owner'>;

/** What is kept of a write that happened. */
export type KeptResult = Pick<LedgerRecord, 'result' | 'isResultOmitted' | 'statusCode'>;

/**
 * The operations of a write's owner: each is atomic, lasting, compares deadlines with the server's clock, and can be
 * repeated after a lost reply. Those with a boolean tell whether the record was there, and in a fitting state.
 */
export interface LedgerQueries {
  /**
   * The record of the key: a new one of this owner, or the one that is there. One whose lease has run out has become
   * `unknown`. Rejects with a duplicate key where two make it at once: repeat it.
   */
  claim(claim: NewClaim, leaseMs: number): Promise<LedgerRecord>;
  /** Moves the lease. False: it has run out. */
  renew(held: HeldClaim, leaseMs: number): Promise<boolean>;
  /** Also where the lease has run out meanwhile, or somebody has settled it without a result. */
  complete(held: HeldClaim, kept: KeptResult, retentionMs: number): Promise<boolean>;
  markUnknown(held: HeldClaim, reason: string, statusCode: number | null): Promise<boolean>;
  /** Forgets a write that did not happen. */
  release(held: HeldClaim): Promise<boolean>;
  /** Forgets a claim of which nobody knows whether it was made. */
  withdraw(claim: NewClaim): Promise<boolean>;
}

export function createLedgerQueries(collection: LedgerCollection): LedgerQueries {
  async function update(filter: LedgerFilter, fields: object): Promise<boolean> {
    const { matchedCount } = await collection.updateOne(filter, [{ $set: stamped(fields) }], durableWrite);
    return matchedCount === 1;
  }

  async function forget(filter: LedgerFilter): Promise<boolean> {
    const unsettled: LedgerFilter = { ...filter, state: { $in: ['in_progress', 'unknown'] } };
    return (await collection.deleteOne(unsettled, durableWrite)).deletedCount === 1;
  }

  return {
    async claim(claim, leaseMs) {
      const { integrationId, key } = claim;
      const record = await collection.findOneAndUpdate({ integrationId, key }, claiming(claim, leaseMs), claimOptions);
      if (record === null) throw new Error('An upsert gave no document.');
      return record;
    },
    renew: (held, leaseMs) => update({ ...held, state: 'in_progress' }, { leaseUntil: fromNow(leaseMs) }),
    complete: (held, kept, retentionMs) => update({ ...held }, completed(kept, retentionMs)),
    markUnknown: (held, reason, statusCode) =>
      update(
        { ...held, state: 'in_progress' },
        { state: 'unknown', unknownSince: '$$NOW', unknownReason: { $literal: reason }, statusCode },
      ),
    release: (held) => forget({ ...held }),
    withdraw: ({ integrationId, key, owner }) => forget({ integrationId, key, owner }),
  };
}

export type LedgerFilter = Parameters<LedgerCollection['updateOne']>[0];

const claimOptions = { ...durableWrite, upsert: true, returnDocument: 'after' } as const;

export const stamped = (fields: object) => ({ ...fields, updatedAt: '$$NOW' });

/** The fields of a write that happened. */
export function completed({ result, isResultOmitted, statusCode }: KeptResult, retentionMs: number) {
  return {
    state: 'completed',
    result: { $literal: result },
    isResultOmitted,
    statusCode,
    completedAt: '$$NOW',
    expireAt: fromNow(retentionMs),
    ...noLongerUnknown,
  };
}

const noLongerUnknown = { unknownSince: null, unknownReason: null, reconciler: null, reconcileUntil: null };

/** Nobody knows since the lease ended, whenever that is noticed. */
export const expired = { state: 'unknown', unknownSince: '$leaseUntil', unknownReason: 'lease_expired' };
export const hasExpired = { $lte: ['$leaseUntil', '$$NOW'] };

function claiming(claim: NewClaim, leaseMs: number): object[] {
  const lease = { leaseUntil: fromNow(leaseMs), updatedAt: '$$NOW' };
  const isUnderWay = { $eq: ['$state', 'in_progress'] };
  // By a try of the same claim whose reply was lost: nothing was sent since.
  const isOurs = { $and: [isUnderWay, { $eq: ['$owner', claim.owner] }] };
  const branches = [
    { case: { $eq: [{ $type: '$state' }, 'missing'] }, then: { ...newRecord(claim), ...lease } },
    { case: isOurs, then: { $mergeObjects: ['$$ROOT', lease] } },
    { case: { $and: [isUnderWay, hasExpired] }, then: { $mergeObjects: ['$$ROOT', stamped(expired)] } },
  ];
  return [{ $replaceWith: { $switch: { branches, default: '$$ROOT' } } }];
}

/** What callers named is data and no expression, whatever it begins with. */
function newRecord(claim: NewClaim) {
  const given = Object.fromEntries(Object.entries(claim).map(([name, value]) => [name, { $literal: value }]));
  return {
    _id: new Types.ObjectId(),
    ...given,
    state: 'in_progress',
    result: null,
    isResultOmitted: false,
    statusCode: null,
    completedAt: null,
    expireAt: null,
    ...noLongerUnknown,
    createdAt: '$$NOW',
  };
}
