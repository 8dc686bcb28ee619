import type { mongo, Types } from 'mongoose';
import { maxEmbeddedRequests, type EmbedsRequests } from '../../../schemas/embedded-request.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import type { IntegrationSyncItemFields, SyncItemStatus } from '../../../schemas/integration-sync-item.js';
import { durableWrite } from '../../durable-write.js';
import type { ItemCollections } from './item-collections.js';
import type { ItemOutcome } from './item-outcome.js';
import { persevere } from '../../persevere.js';

/** What came of an item, to be written. */
export interface ItemResult {
  /** As it was read. */
  readonly item: IntegrationSyncItemFields;
  readonly outcome: ItemOutcome;
  readonly error: StoredError | null;
  readonly calls: EmbedsRequests | null;
  /** When it ended, by the server's clock. */
  readonly at: Date;
}

/**
 * The writes of what came of items. Each compares the state that it changes, so that it can be repeated, and that what
 * comes late undoes nothing: a success beats an earlier failure, and nothing beats an operator's skip.
 */
export interface ItemAcks {
  /** Successes without anything to say, by one write. */
  succeed(ids: readonly Types.ObjectId[], at: Date): Promise<void>;
  /** All but failures. */
  note(results: readonly ItemResult[]): Promise<void>;
  /** A failure for good; the fields that it changed, or null where the item was not as it had been read. */
  fail(result: ItemResult): Promise<Partial<IntegrationSyncItemFields> | null>;
  /** Shows that they are being worked on. */
  markProcessing(ids: readonly Types.ObjectId[]): Promise<void>;
  /** Counts a crash of the process before it happens. */
  suspect(ids: readonly Types.ObjectId[]): Promise<void>;
}

const isOpen = oneOf('pending', 'processing');
const mayStillSucceed = oneOf('pending', 'processing', 'failed');
const unordered = { ...durableWrite, ordered: false } as const;

export function createItemAcks(items: ItemCollections['items']): ItemAcks {
  const many = async (filter: object, update: object): Promise<void> => {
    await persevere(() => items.updateMany(filter, update, durableWrite));
  };
  return {
    succeed: (ids, at) => many({ _id: { $in: ids }, status: mayStillSucceed }, succeeded(at)),
    async note(results) {
      await persevere(() => items.bulkWrite(results.map(noting), unordered));
    },
    async fail(result) {
      const { filter, fields, update } = failing(result);
      const { matchedCount } = await persevere(() => items.updateOne(filter, update, durableWrite));
      return matchedCount === 1 ? fields : null;
    },
    markProcessing: (ids) =>
      many({ _id: { $in: ids }, status: 'pending' }, { $set: { status: 'processing', updatedAt: new Date() } }),
    suspect: (ids) =>
      many({ _id: { $in: ids }, status: isOpen }, { $inc: { crashes: 1 }, $set: { updatedAt: new Date() } }),
  };
}

function oneOf(...statuses: SyncItemStatus[]) {
  return { $in: statuses };
}

/** Most items have none of these. */
const troubles = { error: 1, availableAt: 1, deferredSince: 1, crashes: 1 } as const;

function succeeded(now: Date) {
  const fields = { status: 'success', completedAt: now, updatedAt: now } as const;
  return { $set: fields, $unset: troubles, $inc: { attempts: 1 } };
}

function noting(result: ItemResult): mongo.AnyBulkWriteOperation<IntegrationSyncItemFields> {
  const { item, outcome, at } = result;
  if (outcome.kind === 'success') {
    const filter = { _id: item._id, status: mayStillSucceed };
    return { updateOne: { filter, update: withCalls(succeeded(at), result) } };
  }
  const update = {
    $set: { ...again(result), status: 'pending', updatedAt: at } as const,
    $inc: { attempts: outcome.kind === 'retry' ? 1 : 0 },
  };
  return { updateOne: { filter: asRead(item), update: withCalls(update, result) } };
}

function again({ item, outcome, error, at }: ItemResult): Partial<IntegrationSyncItemFields> {
  // A crash that was expected did not come.
  if (outcome.kind === 'returned') return { crashes: item.crashes };
  const deferredSince = outcome.kind === 'deferred' ? (item.deferredSince ?? at) : null;
  return { error, deferredSince, availableAt: runsAgainAt({ outcome, at }), crashes: 0 };
}

/** When it may run again, by the server's clock; null: at once, or never. */
export function runsAgainAt({ outcome, at }: Pick<ItemResult, 'outcome' | 'at'>): Date | null {
  return 'afterMs' in outcome ? new Date(at.getTime() + outcome.afterMs) : null;
}

function failing(result: ItemResult) {
  const { item, error, outcome, at } = result;
  const isAttempt = outcome.kind === 'failed' && outcome.isAttempt;
  const crashes = isAttempt ? 0 : item.crashes;
  const fields = { error, crashes, status: 'failed', completedAt: at, availableAt: null, updatedAt: at } as const;
  const attempts = isAttempt ? 1 : 0;
  const update = withCalls({ $set: fields, $inc: { attempts } }, result);
  return { filter: asRead(item), fields: { ...fields, attempts: item.attempts + attempts }, update };
}

/** Where somebody else has tried it meanwhile, what came of this attempt is of no interest. */
function asRead({ _id, attempts }: IntegrationSyncItemFields) {
  return { _id, attempts, status: isOpen };
}

/** The first calls of all attempts. */
function withCalls<Update extends { readonly $inc: object }>(update: Update, { calls }: ItemResult) {
  if (calls === null) return update;
  return {
    ...update,
    $inc: { ...update.$inc, requestCount: calls.requestCount },
    $push: { requests: { $each: calls.requests, $slice: maxEmbeddedRequests } },
  };
}
