import { isIntegrationError } from '../../errors.js';
import type { SyncProgress } from '../../types/sync-progress.js';
import type { SyncSession } from '../../types/sync-session.js';
import { createOpenTime } from './open-time.js';
import type { RunLease } from './run-lease.js';
import type { ClaimedRun, ListingCounts, RunStore } from './run-store.js';
import { storable } from './storable.js';

/** What a listing puts its items into. */
export interface ItemSink {
  /** Takes the item if there is nothing to wait for; what it throws, `add` throws too. */
  offer(...item: Parameters<SyncSession['dispatch']>): boolean;
  /** Resolves when there is room for the next. */
  add(...item: Parameters<SyncSession['dispatch']>): Promise<void>;
  /** Resolves when all that was added is stored. */
  flush(): Promise<void>;
  /** Resolves when nothing is being stored any more, whatever became of it. */
  idle(): Promise<void>;
  readonly counts: { readonly listed: number; readonly duplicates: number; readonly hasCheckpoints: boolean };
}

export interface ListingParts {
  readonly run: ClaimedRun;
  readonly lease: RunLease;
  readonly sink: ItemSink;
  readonly store: Pick<RunStore, 'saveListing'>;
  readonly progress: () => Promise<SyncProgress>;
}

/** A listing under way, in this process. */
export interface Listing {
  /** What the provider gets. */
  readonly session: SyncSession;
  /** The provider has returned: takes nothing more, and resolves when what it has not awaited is through. */
  end(): Promise<void>;
  /** Of all listings of the run so far. */
  counts(): ListingCounts;
  /** Why an item could not be stored, whatever the provider made of the error; null: all were. */
  readonly broken: { readonly error: unknown } | null;
}

/** Of all items that were taken at once, which are many. */
const taken = Promise.resolve();

export function openListing({ run, lease, sink, store, progress }: ListingParts): Listing {
  const { signal } = lease;
  let expected = run.expected;
  const { storing, needsNoWait, end, broken } = createStoring(lease);
  const counts = (): ListingCounts => ({ ...countsOf(run, sink.counts), expected });

  return {
    counts,
    end,
    get broken() {
      return broken();
    },
    session: {
      mode: run.mode,
      signal,
      cursor: () => (run.mode === 'full' ? null : run.cursor),
      listing: () => run.listing,
      progress,
      dispatch(event, options = {}) {
        return needsNoWait(() => sink.offer(event, options)) ? taken : storing(() => sink.add(event, options));
      },
      async saveListing(state) {
        const stored = storable(state, 'The state of a listing', 'SYNC_PAYLOAD_INVALID');
        await storing(async () => {
          await sink.flush();
          lease.noteWritten(await store.saveListing(run, stored, counts()));
        });
      },
      expect(items) {
        expected = Number.isSafeInteger(items) && items >= 0 ? items : null;
      },
    },
  };
}

/** Work that is not the provider's: should it fail, the listing is not whole. */
function createStoring(lease: Pick<RunLease, 'signal' | 'surelyHolds' | 'assertHeld'>) {
  const openTime = createOpenTime();
  let broken: Listing['broken'] = null;

  async function store(work: () => Promise<void>): Promise<void> {
    lease.signal.throwIfAborted();
    const leave = openTime.enter();
    try {
      await lease.assertHeld();
      await work();
    } catch (error) {
      // What the provider gave is no item: it may leave it out.
      if (!isIntegrationError(error, 'SYNC_ITEM_INVALID')) broken ??= { error };
      throw error;
    } finally {
      leave();
    }
  }

  return {
    end: openTime.end,
    broken: () => broken,
    /** Whether that could be done at once; if not, or if it throws, it is done by `storing`. */
    needsNoWait(work: () => boolean): boolean {
      if (lease.signal.aborted || openTime.isOver || !lease.surelyHolds()) return false;
      try {
        return work();
      } catch {
        return false;
      }
    },
    storing(work: () => Promise<void>): Promise<void> {
      const stored = store(work);
      // A provider that does not await it must not end the process: the listing is broken, and says so.
      stored.catch(() => undefined);
      return stored;
    },
  };
}

/** With those of earlier listings, which one that began again at the beginning lists once more. */
function countsOf(run: ClaimedRun, { listed, duplicates, hasCheckpoints }: ItemSink['counts']) {
  const repeated = run.listing === null ? run.listed : 0;
  return {
    listed: run.listed + listed,
    duplicates: run.listing === null ? Math.max(0, duplicates - repeated) : run.duplicates + duplicates,
    hasCheckpoints: run.hasCheckpoints || hasCheckpoints,
  };
}
