import type { Refusal } from './commit-verdict.js';
import { createPendingSet, type LossReason, type PendingDocument, type PendingStats } from './pending-set.js';
import { withinTime } from '../within-time.js';

/** Limits and reports of {@link createPendingDocuments}. */
export interface PendingOptions<T> {
  /** Rough size of a document in bytes, e.g. the lengths of its strings: cheap, it is asked once for each. */
  readonly sizeOf: (document: T) => number;
  /** Told of every document that will not be stored. Must not throw. */
  readonly onLost: (count: number, reason: LossReason) => void;
  /** Documents that wait or are under way at most; further ones are lost by `overflow`. Default 10,000. */
  readonly maxPending: number;
  /** Their size at most, in bytes. Default 64 MiB. */
  readonly maxPendingBytes: number;
  /** How long a document is tried again while the database is away, in milliseconds. Default: for ever. */
  readonly retryDeadlineMs: number;
}

/** Keeps the account of documents from their arrival until they are stored or lost: none leaves it unnoticed. */
export interface PendingDocuments<T> {
  /** Takes a document in; undefined, and its promise rejected, where that can't be. */
  open(document: T, promise: Pick<PendingDocument<T>, 'resolve' | 'reject'>): PendingDocument<T> | undefined;
  /** The ones still to be stored; those past their deadline are given up. */
  stillWanted(batch: readonly PendingDocument<T>[]): readonly PendingDocument<T>[];
  /** The server has answered for each: these are refused, by position, and the others stored. */
  settle(batch: readonly PendingDocument<T>[], refusals: ReadonlyMap<number, Refusal>): void;
  /**
   * Resolves when nothing is pending any more. What is not stored in time is given up and reported; it may still get
   * stored, if it is under way. Documents can be added afterwards.
   */
  flush(limit: { readonly timeoutMs: number }): Promise<void>;
  stats(): PendingStats;
}

/** The server's own limit. Far larger ones make it close the connection, which looks like an outage. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** Builds the account; see {@link PendingDocuments}. */
export function createPendingDocuments<T>(options: PendingOptions<T>): PendingDocuments<T> {
  const pending = createPendingSet<T>(options.onLost);

  function refusalReason(bytes: number): LossReason | undefined {
    if (bytes > MAX_DOCUMENT_BYTES) return 'refused';
    const isFull = pending.stats().pending >= options.maxPending || pending.bytes() + bytes > options.maxPendingBytes;
    return isFull ? 'overflow' : undefined;
  }

  return {
    open(document, promise) {
      const bytes = options.sizeOf(document);
      const reason = refusalReason(bytes);
      const deadline = performance.now() + options.retryDeadlineMs;
      const entry: PendingDocument<T> = { document, bytes, deadline, mayBeStored: false, ...promise };
      pending.add(entry);
      if (reason === undefined) return entry;
      pending.markLost([entry], reason);
      return undefined;
    },
    stillWanted(batch) {
      const now = performance.now();
      const late = batch.filter(({ deadline }) => deadline <= now);
      pending.markLost(late, 'deadline');
      return batch.filter(pending.has);
    },
    settle(batch, refusals) {
      for (const [index, entry] of batch.entries()) {
        const refusal = refusals.get(index);
        const isStored = refusal === undefined || (entry.mayBeStored && refusal.duplicateOf === '_id_');
        if (isStored) pending.markStored(entry);
        else pending.markLost([entry], 'refused', refusal);
      }
    },
    async flush({ timeoutMs }) {
      await withinTime(pending.whenEmpty(), timeoutMs, undefined);
      pending.markLost(pending.all(), 'stopped');
    },
    stats: pending.stats,
  };
}
