import type { Types } from 'mongoose';
import type { AnyProvider } from '../../../providers/contracts.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import type { BoundSealer } from '../../credentials/bound-sealer.js';
import type { DispatchOptions, SyncItemEvent } from '../../types/sync-session.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import type { BatchOwner } from './batch.js';
import { createBatchSender } from './batch-sender.js';
import type { BatchStore } from './batch-store.js';
import type { DrainWaker } from './drain-waker.js';
import type { FreshBatches } from './fresh-batches.js';
import { itemCollections, type ItemModels } from './item-collections.js';
import { createItemGatherer } from './item-gatherer.js';
import { newItem, type Dispatched } from './new-item.js';
import { createQueueRoom } from './queue-room.js';
import { storeBatch, type FailedItem } from './store-batch.js';

/** What all listings of a process share. */
export interface ItemWriterParts {
  readonly models: ItemModels;
  readonly batches: BatchStore;
  readonly fresh: FreshBatches;
  readonly waker: DrainWaker;
  readonly sealer: BoundSealer;
  readonly settings: Pick<SyncSettings, 'batchSize' | 'maxQueuedBatches' | 'maxPayloadBytes'>;
  /** Makes a run that was settled meanwhile settle once more. */
  readonly reopen: (runId: Types.ObjectId) => Promise<unknown>;
  /** Called for each item that was stored as failed because it cannot be stored as it is. */
  readonly onFailed: (failed: FailedItem) => void;
}

/** One listing. */
export interface Listing {
  readonly run: BatchOwner;
  /** `sequence` of its first item. */
  readonly firstSequence: number;
  readonly provider: AnyProvider;
  /** Ends it: what waits then, and what comes later, rejects with its reason. */
  readonly signal: AbortSignal;
  /** Whether the run is still this process's to list. */
  readonly canWrite: () => boolean | Promise<boolean>;
  /** The form in which an error is stored, without the secrets of the integration. */
  readonly toStoredError: (error: unknown) => StoredError;
}

export interface WriterCounts {
  /** Items stored. */
  readonly listed: number;
  /** Repetitions dropped. */
  readonly duplicates: number;
  readonly hasCheckpoints: boolean;
}

/** Takes what is dispatched, and stores it in batches. */
export interface ItemWriter {
  /**
   * Takes the item if there is room for it at once; false: it was not taken.
   *
   * @throws IntegrationError `SYNC_ITEM_INVALID`
   */
  offer(event: SyncItemEvent, options?: DispatchOptions): boolean;
  /**
   * Resolves when there is room for the next item.
   *
   * @throws IntegrationError `SYNC_ITEM_INVALID` for what is no event, or no id; and, as `flush()` does, what kept an
   *   earlier item from being stored, `SYNC_LEASE_LOST` for one
   */
  add(event: SyncItemEvent, options?: DispatchOptions): Promise<void>;
  /** Resolves when everything is stored that was added so far. */
  flush(): Promise<void>;
  /** Resolves when nothing is being stored any more, whatever became of it. */
  idle(): Promise<void>;
  readonly counts: WriterCounts;
}

export function createItemWriter(parts: ItemWriterParts, listing: Listing): ItemWriter {
  const { batchSize, maxPayloadBytes } = parts.settings;
  const { run, signal } = listing;
  const counts = { listed: 0, duplicates: 0, hasCheckpoints: false };
  const sender = createBatchSender(createStoring(parts, listing, counts));
  const gatherer = createItemGatherer({ batchSize, sender, signal });
  let sequence = listing.firstSequence;

  function take(event: SyncItemEvent, options: DispatchOptions): void {
    gatherer.add(newItem({ run, maxPayloadBytes }, event, options, sequence));
    sequence += 1;
  }

  return {
    counts,
    offer(event, options = {}) {
      if (signal.aborted || !sender.hasRoom()) return false;
      take(event, options);
      return true;
    },
    async add(event, options = {}) {
      signal.throwIfAborted();
      sender.assertWell();
      take(event, options);
      if (!sender.hasRoom()) await sender.room();
    },
    async flush() {
      signal.throwIfAborted();
      gatherer.send();
      await sender.idle();
      await parts.waker.idle();
    },
    idle: () => sender.idle().catch(() => undefined),
  };
}

/** Stores a batch once there is room for it, and has it handled. */
function createStoring(parts: ItemWriterParts, listing: Listing, counts: Writable<WriterCounts>) {
  const { models, batches, fresh, waker, sealer, settings, reopen, onFailed } = parts;
  const { run, signal, provider } = listing;
  const room = createQueueRoom((limit) => batches.countDue(run._id, limit), settings.maxQueuedBatches);
  const { items } = itemCollections(models);
  const storing = { ...listing, batches, fresh, items, reopen, sealer: sealsSyncPayloads(provider) ? sealer : null };
  return async (batch: readonly Dispatched[]): Promise<void> => {
    await room.take(signal);
    const { stored, duplicates, hasCheckpoints, open, failed } = await storeBatch(storing, batch);
    counts.listed += stored;
    counts.duplicates += duplicates;
    counts.hasCheckpoints ||= hasCheckpoints;
    if (open.length > 0) waker.wake(run._id);
    for (const each of failed) onFailed(each);
  };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function sealsSyncPayloads({ sealSyncPayloads }: AnyProvider): boolean {
  return sealSyncPayloads === true;
}
