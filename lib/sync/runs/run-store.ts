import type { Types } from 'mongoose';
import type { IntegrationFields } from '../../../schemas/integration.js';
import type { IntegrationSyncRunModel, SyncOutcome } from '../../../schemas/integration-sync-run.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import { durableWrite } from '../../durable-write.js';
import { fromNow } from '../../from-now.js';
import { primary } from '../../primary.js';
import type { SyncCounts } from '../../types/sync-result.js';
import { beginRun, type BegunRun, type RunOrder } from './begin-run.js';
import { runCollection, type RunCollection, type SyncRun } from './run-collection.js';

/** A run that this process drives. */
export interface ClaimedRun extends SyncRun {
  readonly lease: string;
}

/** A run as it is, and the server's time. */
export interface SeenRun extends SyncRun {
  readonly now: Date;
}

/** Whose lease it is. */
export type HeldRun = Pick<ClaimedRun, '_id' | 'lease'>;

/** What a listing has come to. */
export type ListingCounts = Pick<SyncRun, 'listed' | 'duplicates' | 'expected' | 'hasCheckpoints'>;

/** With which a run ends. */
export interface RunEnd extends SyncCounts {
  readonly outcome: SyncOutcome;
  readonly nextCursor: unknown;
}

export interface RunStoreParts {
  readonly model: IntegrationSyncRunModel;
  readonly leaseMs: number;
  readonly deferWindowMs: number;
}

/**
 * The operations on runs: each is atomic, lasting, and compares deadlines with the server's clock. Those of a held run
 * tell whether the lease still held: false, and nothing was written.
 */
export interface RunStore {
  /** The run of the integration that is under way, or a new one. */
  begin(integration: Pick<IntegrationFields, '_id' | 'provider'>, order: RunOrder): Promise<BegunRun>;
  find(runId: Types.ObjectId): Promise<SeenRun | null>;
  /** The run of the integration that is under way. */
  findOpen(integrationId: Types.ObjectId): Promise<SyncRun | null>;
  /** Takes the lease, unless the run is settled, driven by somebody, or put off. `updatedAt` is the server's time. */
  claim(runId: Types.ObjectId, token: string): Promise<ClaimedRun | null>;
  /** Moves the lease, and shows how far the listing is. */
  renew(held: HeldRun, counts?: ListingCounts): Promise<boolean>;
  /** The first listing begins: with the cursor that there is then. */
  startListing(held: HeldRun, cursor: unknown): Promise<SyncRun | null>;
  /** Keeps from where the listing can be resumed; it has come on, and counts as a new one in all that tells of trouble. */
  saveListing(held: HeldRun, state: unknown, counts: ListingCounts): Promise<boolean>;
  /** Hands the run back: from then on, in so many milliseconds, another process can go on with it. */
  release(held: HeldRun, afterMs: number): Promise<boolean>;
  /** Hands it back likewise, but not for longer than the window since it was first put off: null, and it is kept. */
  putOff(held: HeldRun, afterMs: number): Promise<SyncRun | null>;
  /** The listing is over; with an error before its end. Hands the run back. */
  enterDraining(held: HeldRun, listingError: StoredError | null, counts: ListingCounts): Promise<boolean>;
  /**
   * Makes a run settle again by itself, because items of it have changed. Whoever settles it at the moment is stopped.
   * Null: it is not there any more, or not with all its items.
   *
   * @param holdMs Not before so many milliseconds have passed, or it is called again: items are about to be changed.
   */
  reopen(runId: Types.ObjectId, holdMs?: number): Promise<SyncRun | null>;
  /** The end. */
  settle(held: HeldRun, end: RunEnd): Promise<SyncRun | null>;
}

const after = { ...durableWrite, returnDocument: 'after' } as const;
const stamped = (fields: object) => [{ $set: { ...fields, updatedAt: '$$NOW' } }];
const isListing = { $eq: ['$phase', 'listing'] };

export function createRunStore(parts: RunStoreParts): RunStore {
  const collection = runCollection(parts.model);
  return {
    ...heldRuns(collection, parts),
    begin: (integration, order) => beginRun(collection, integration, order),
    async find(_id) {
      const stages = [{ $match: { _id } }, { $set: { now: '$$NOW' } }];
      const [run] = await collection.aggregate<SeenRun>(stages, primary).toArray();
      return run ?? null;
    },
    findOpen: (integrationId) => collection.findOne({ integrationId, isExclusive: true }, primary),
    async claim(_id, lease) {
      const run = await collection.findOneAndUpdate(
        { _id, phase: { $lt: 'settled' }, $expr: { $lte: ['$availableAt', '$$NOW'] } },
        stamped(claimed(lease, parts.leaseMs)),
        after,
      );
      return run && { ...run, lease };
    },
    reopen: (_id, holdMs = 0) =>
      collection.findOneAndUpdate({ _id, storedItems: { $exists: false } }, stamped(reopened(holdMs)), after),
  };
}

type HeldRuns = Omit<RunStore, 'begin' | 'find' | 'findOpen' | 'claim' | 'reopen'>;

function heldRuns(collection: RunCollection, { leaseMs, deferWindowMs }: RunStoreParts): HeldRuns {
  async function update({ _id, lease }: HeldRun, fields: object): Promise<boolean> {
    const { matchedCount } = await collection.updateOne({ _id, lease }, stamped(fields), durableWrite);
    return matchedCount === 1;
  }

  function updated({ _id, lease }: HeldRun, fields: object, further: object = {}): Promise<SyncRun | null> {
    return collection.findOneAndUpdate({ _id, lease, ...further }, stamped(fields), after);
  }

  const handedBackIn = (ms: number) => ({ lease: null, crashes: 0, availableAt: fromNow(ms) });
  const untilWindowEnds = { $ifNull: ['$deferUntil', fromNow(deferWindowMs)] };
  return {
    renew: (held, counts) => update(held, { availableAt: fromNow(leaseMs), ...counts }),
    startListing: (held, cursor) => updated(held, { cursor: { $literal: cursor }, startedAt: '$$NOW' }),
    saveListing: (held, state, counts) =>
      update(held, { listing: { $literal: state }, crashes: 0, deferUntil: null, ...counts }),
    release: (held, afterMs) => update(held, handedBackIn(afterMs)),
    putOff: (held, afterMs) =>
      updated(
        held,
        { ...handedBackIn(afterMs), deferUntil: untilWindowEnds },
        { $expr: { $gte: [untilWindowEnds, fromNow(afterMs)] } },
      ),
    enterDraining: (held, listingError, counts) =>
      update(held, { ...handedBackIn(0), phase: 'draining', listingError: { $literal: listingError }, ...counts }),
    settle: (held, { outcome, nextCursor, succeeded, failed, skipped }) =>
      updated(held, {
        ...handedBackIn(0),
        ...{ phase: 'settled', isExclusive: false, settledAt: '$$NOW' },
        ...{ outcome, succeeded, failed, skipped, listed: succeeded + failed + skipped },
        nextCursor: { $literal: nextCursor },
      }),
  };
}

/** Who has held it until now, and has not handed it back, died. */
function claimed(lease: string, leaseMs: number) {
  const hasVanished = { $and: [isListing, { $ne: ['$lease', null] }] };
  return {
    lease,
    availableAt: fromNow(leaseMs),
    crashes: { $cond: [hasVanished, { $add: ['$crashes', 1] }, '$crashes'] },
    listingAttempt: { $cond: [isListing, { $add: ['$listingAttempt', 1] }, '$listingAttempt'] },
  };
}

/** Not while it is listed: it has not been settled yet, and will be. */
function reopened(holdMs: number) {
  return {
    phase: { $cond: [{ $eq: ['$phase', 'settled'] }, 'reopened', '$phase'] },
    lease: { $cond: [isListing, '$lease', null] },
    availableAt: { $cond: [isListing, '$availableAt', fromNow(holdMs)] },
  };
}
