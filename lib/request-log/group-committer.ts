import type { Types } from 'mongoose';
import { createBatchStore, type BatchStoreParts } from './batch-store.js';
import { createPendingDocuments, type PendingDocuments, type PendingOptions } from './pending-documents.js';
import type { PendingDocument } from './pending-set.js';

/** Options of {@link createGroupCommitter}. */
export interface GroupCommitterOptions<T>
  extends
    Pick<BatchStoreParts<T>, 'collection' | 'writeConcern'>,
    Pick<PendingOptions<T>, 'sizeOf'>,
    Partial<Limits<T>> {}

interface Limits<T> extends Omit<PendingOptions<T>, 'sizeOf'> {
  /** Documents in one commit at most. Default 500. */
  readonly maxBatch: number;
  /** Their size at most, in bytes. Default 8 MiB. */
  readonly maxBatchBytes: number;
  /** Commits under way at the same time at most. Default 4. */
  readonly maxInFlight: number;
}

/** Stores documents that many callers hand in at the same time, with few round trips. */
export interface GroupCommitter<T> extends Pick<PendingDocuments<T>, 'flush' | 'stats'> {
  /**
   * Resolves when the document is stored, under the `_id` that the caller made: however often it is sent, it is stored
   * once.
   *
   * @throws IntegrationError `RECORD_NOT_STORED` when it will not be stored: `details.reason` tells the `LossReason`;
   *   of a refused one, `details.code` is the server's code and `details.duplicateOf` the unique index in its way
   */
  add(document: T): Promise<void>;
}

const defaults: Limits<unknown> = {
  maxBatch: 500,
  maxBatchBytes: 8 * 1024 * 1024,
  maxInFlight: 4,
  maxPending: 10_000,
  maxPendingBytes: 64 * 1024 * 1024,
  retryDeadlineMs: Infinity,
  onLost: () => undefined,
};

/**
 * Builds a committer: what comes while commits are under way shares the next one, and a lone document is sent at once.
 * First come, first sent; commits under way at the same time may end in any order.
 */
export function createGroupCommitter<T extends { _id: Types.ObjectId }>(
  options: GroupCommitterOptions<T>,
): GroupCommitter<T> {
  const settings: GroupCommitterOptions<T> & Limits<T> = { ...defaults, ...options };
  const account = createPendingDocuments<T>(settings);
  const store = createBatchStore<T>({ ...settings, account });
  const queue: PendingDocument<T>[] = [];
  let isArmed = false;
  let inFlight = 0;
  let isLone = false;

  // Not a timer, which would keep a caller waiting, nor a microtask, which would run before other callers get here. Who
  // was alone the last time is not even kept waiting for them.
  function arm(): void {
    if (isArmed || inFlight >= settings.maxInFlight || queue.length === 0) return;
    isArmed = true;
    if (isLone && inFlight === 0) queueMicrotask(send);
    else setImmediate(send);
  }

  function send(): void {
    isArmed = false;
    while (queue.length > 0 && inFlight < settings.maxInFlight) void commit(takeBatch(queue, settings));
  }

  async function commit(batch: readonly PendingDocument<T>[]): Promise<void> {
    inFlight += 1;
    isLone = batch.length === 1 && inFlight === 1;
    try {
      await store(batch);
    } finally {
      inFlight -= 1;
      arm();
    }
  }

  function add(document: T): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending = account.open(document, { resolve, reject });
      if (pending !== undefined) queue.push(pending);
      arm();
    });
  }

  return { add, flush: account.flush, stats: account.stats };
}

function takeBatch<T>(
  queue: PendingDocument<T>[],
  { maxBatch, maxBatchBytes }: Pick<Limits<T>, 'maxBatch' | 'maxBatchBytes'>,
): readonly PendingDocument<T>[] {
  let total = 0;
  const end = queue.findIndex(({ bytes }, index) => {
    total += bytes;
    return index >= maxBatch || (index > 0 && total > maxBatchBytes);
  });
  return queue.splice(0, end === -1 ? queue.length : end);
}
