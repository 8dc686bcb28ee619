import type { Types } from 'mongoose';
import type { IntegrationFields } from '../../schemas/integration.js';
import { durableWrite } from '../durable-write.js';
import { fromNow } from '../from-now.js';
import type { IntegrationCollection } from '../integration-store/integration-collection.js';
import { primary } from '../primary.js';

/** The stored state that a refresh depends on, as it was read. */
export type RefreshRow = IntegrationFields;

/** What a refresh stores. */
export interface NewTokens {
  readonly tokens: string;
  readonly sealedWith: string[];
  readonly tokenExpiresAt: Date | null;
  readonly tokenRefreshAt: Date | null;
  /** Null: as before. */
  readonly grantedScopes: readonly string[] | null;
}

/**
 * The writes of token refreshes. Each is one atomic operation, lasting, and compares deadlines with the server's clock;
 * each can be repeated.
 */
export interface RefreshQueries {
  /** Takes the lease, which the reply shows: it is the re-read under the lease. Null: somebody else has it. */
  acquire(_id: Types.ObjectId, credentialVersion: number, owner: string): Promise<RefreshRow | null>;
  /** Whether the lease is still ours; it ends later then. */
  renew(_id: Types.ObjectId, owner: string): Promise<boolean>;
  read(_id: Types.ObjectId): Promise<RefreshRow | null>;
  /**
   * Stores new tokens in the place of what was read, whoever has the lease: an answer that comes late still holds the
   * newest. Where somebody else has found meanwhile that the grant is over, that stands until they have been refreshed
   * themselves, at once. Null: somebody has changed a sealed field meanwhile.
   */
  save(read: RefreshRow, tokens: NewTokens): Promise<RefreshRow | null>;
  /** Ends the lease after a failure; nobody tries again before that. */
  release(row: RefreshRow, owner: string, failure: FailedRefresh): Promise<void>;
  /** Ends a lease that was of no use. */
  giveBack(row: RefreshRow, owner: string): Promise<void>;
  /** The grant is over. False: somebody else has the lease, or the tokens are others. */
  endGrant(row: RefreshRow, owner: string): Promise<boolean>;
}

export interface FailedRefresh {
  readonly waitMs: number;
  /** The token may have been used: what the other side answered is not known, or could not be stored. */
  readonly isAnswerLost: boolean;
}

/** What has a grant that may still be good. */
const hasGrant = { authStatus: { $ne: 'revoked' }, grantEndedAt: null } as const;

const after = { ...durableWrite, returnDocument: 'after' } as const;
const longAgo = new Date(0);

export function createRefreshQueries(collection: IntegrationCollection, leaseMs: number): RefreshQueries {
  return {
    read: (_id) => collection.findOne({ _id }, primary),
    ...leaseWrites(collection, leaseMs),
    ...outcomeWrites(collection),
  };
}

type LeaseWrites = Pick<RefreshQueries, 'acquire' | 'renew' | 'release' | 'giveBack'>;

function leaseWrites(collection: IntegrationCollection, leaseMs: number): LeaseWrites {
  return {
    acquire(_id, credentialVersion, owner) {
      const isFree = {
        $or: [
          { $eq: ['$tokenRefresh.owner', owner] },
          { $lte: [{ $ifNull: ['$tokenRefresh.until', longAgo] }, '$$NOW'] },
        ],
      };
      const open = { _id, credentialVersion, ...hasGrant, $expr: isFree };
      return collection.findOneAndUpdate(open, [{ $set: { tokenRefresh: takenBy(owner, leaseMs) } }], after);
    },
    async renew(_id, owner) {
      const renewed = [{ $set: { 'tokenRefresh.until': fromNow(leaseMs) } }];
      return (
        (await collection.updateOne({ _id, 'tokenRefresh.owner': owner }, renewed, durableWrite)).matchedCount === 1
      );
    },
    async release({ _id }, owner, { waitMs, isAnswerLost }) {
      const failures = { $add: [{ $ifNull: ['$tokenRefresh.failures', 0] }, 1] };
      const takeovers = { $add: [{ $ifNull: ['$tokenRefresh.takeovers', 0] }, isAnswerLost ? 1 : 0] };
      const released = { owner: null, until: fromNow(waitMs), takeovers, failures };
      await collection.updateOne(
        { _id, 'tokenRefresh.owner': owner },
        [{ $set: { tokenRefresh: released } }],
        durableWrite,
      );
    },
    async giveBack({ _id }, owner) {
      await collection.updateOne({ _id, 'tokenRefresh.owner': owner }, { $set: { tokenRefresh: null } }, durableWrite);
    },
  };
}

function outcomeWrites(collection: IntegrationCollection): Pick<RefreshQueries, 'save' | 'endGrant'> {
  return {
    save({ _id, credentialVersion, credentials, tokens }, { grantedScopes, tokenRefreshAt, ...given }) {
      const ifEnded = (then: unknown, otherwise: unknown) => ({
        $cond: [{ $gt: ['$grantEndedAt', null] }, then, otherwise],
      });
      const changes = {
        ...{ ...given, tokenRefresh: null, grantEndedAt: null, updatedAt: '$$NOW' },
        authStatus: ifEnded('$authStatus', 'connected'),
        tokenRefreshAt: ifEnded('$$NOW', tokenRefreshAt),
        credentialVersion: credentialVersion + 1,
        ...(grantedScopes !== null && { grantedScopes: { $literal: grantedScopes } }),
      } as const;
      // With both ciphertexts, because key rotation replaces them without a new version.
      return collection.findOneAndUpdate({ _id, credentialVersion, credentials, tokens }, [{ $set: changes }], after);
    },
    async endGrant({ _id, credentialVersion }, owner) {
      const ended = {
        ...{ authStatus: 'needsReauthorization', tokenRefreshAt: null, grantEndedAt: '$$NOW', updatedAt: '$$NOW' },
        // The owner stays, so that a repetition meets with the same.
        'tokenRefresh.until': '$$NOW',
      };
      const held = { _id, credentialVersion, 'tokenRefresh.owner': owner };
      return (await collection.updateOne(held, [{ $set: ended }], durableWrite)).matchedCount === 1;
    },
  };
}

/** Who takes a lease that another one has let run out takes over. */
function takenBy(owner: string, leaseMs: number) {
  const takeovers = { $ifNull: ['$tokenRefresh.takeovers', 0] };
  const isOwn = { $eq: ['$tokenRefresh.owner', owner] };
  const wasHeld = { $gt: ['$tokenRefresh.owner', null] };
  return {
    owner,
    until: fromNow(leaseMs),
    takeovers: { $cond: [{ $and: [wasHeld, { $not: isOwn }] }, { $add: [takeovers, 1] }, takeovers] },
    failures: { $ifNull: ['$tokenRefresh.failures', 0] },
  };
}
