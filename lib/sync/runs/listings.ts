import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { ItemWriter, Listing as WriterListing } from '../items/item-writer.js';
import type { Moment } from '../../idempotency/lease.js';
import { IntegrationError } from '../../errors.js';
import type { JobQueue } from '../../types/job-queue.js';
import type { SyncProgress } from '../../types/sync-progress.js';
import type { Types } from 'mongoose';
import { syncJobs } from '../job-names.js';
import { putOffMs } from '../../failures/put-off-ms.js';
import { isOfFormerAccount } from './former-account.js';
import { listRun, type Listed, type ListingEnd } from './list-run.js';
import { keepRunLease, type RunLease } from './run-lease.js';
import type { RunLog } from './run-log.js';
import type { ClaimedRun, ListingCounts, RunStore } from './run-store.js';
import type { RunItems } from './run-totals.js';
import type { EndingRun } from './settle-run.js';
import { openListing } from './sync-session.js';

export interface ListingsParts {
  readonly store: Pick<RunStore, 'startListing' | 'saveListing' | 'renew' | 'release' | 'putOff' | 'enterDraining'>;
  readonly items: Pick<RunItems, 'stored'>;
  readonly log: Pick<RunLog, 'open' | 'addRequests'>;
  readonly queue: JobQueue;
  readonly leaseMs: number;
  readonly openWriter: (listing: WriterListing, integration: IntegrationDocument) => ItemWriter;
  readonly progressOf: (runId: Types.ObjectId) => Promise<SyncProgress>;
}

/** Lists what there is upstream. */
export interface Listings {
  /** Whether the run can be settled, or its items be handled, now. */
  list(ending: EndingRun, since: Moment, signal: AbortSignal): Promise<boolean>;
}

const mostCrashes = 3;
/** Sequences of a later listing are above those of all earlier ones. */
const perListing = 2 ** 32;
/** The database is away, or does not take what it is given. */
const brokenMs = 30_000;

export function createListings(parts: ListingsParts): Listings {
  const { store, log } = parts;
  return {
    async list(ending, since, signal) {
      const { run } = ending;
      if (run.crashes >= mostCrashes) return give(ending, processCrash(run), countsOf(run));
      if (isOfFormerAccount(run, ending.integration)) return store.enterDraining(run, null, countsOf(run));
      const begun = await begin(parts, ending);
      if (begun === null) return false;
      await log.open(ending.integration, begun);
      const listed = await listWith(parts, { ...ending, run: begun }, since, signal);
      await log.addRequests(run._id, listed.calls);
      return conclude(ending, listed);
    },
  };

  async function conclude(ending: EndingRun, { end, counts }: Listed): Promise<boolean> {
    const { run } = ending;
    if (end.kind === 'complete') return store.enterDraining(run, null, counts);
    if (end.kind === 'lost') return false;
    if (end.kind !== 'stopped') return fail(ending, end, counts);
    await store.release(run, 0);
    await parts.queue.enqueue(syncJobs.run, { runId: run._id.toHexString() }, { unlessWaiting: true });
    return false;
  }

  async function fail(
    ending: EndingRun,
    { kind, error }: Extract<ListingEnd, { readonly error: unknown }>,
    counts: ListingCounts,
  ): Promise<boolean> {
    const afterMs = kind === 'broken' ? brokenMs : putOffMs(error, ending.provider);
    if (afterMs === null) return give(ending, error, counts);
    if ((await store.putOff(ending.run, afterMs)) === null) return give(ending, deferredTooLong(error), counts);
    // For the log of the jobs: nobody else will ever hear of it.
    if (kind === 'broken') throw error;
    return false;
  }

  /** The listing is over, with that error; what was dispatched is handled all the same. */
  function give({ run, toStoredError }: EndingRun, error: unknown, counts: ListingCounts): Promise<boolean> {
    return store.enterDraining(run, toStoredError(error), counts);
  }
}

/** Null: the lease is lost. */
async function begin({ store, items }: ListingsParts, { run, integration }: EndingRun): Promise<ClaimedRun | null> {
  if (run.startedAt === null) {
    const started = await store.startListing(run, integration.syncCursor ?? null);
    return started && { ...started, lease: run.lease };
  }
  // Who died has not counted all that he stored, and has not said whether it had checkpoint values.
  const listed = await items.stored(run._id);
  return { ...run, listed, hasCheckpoints: run.hasCheckpoints || listed > 0 };
}

async function listWith(parts: ListingsParts, ending: EndingRun, since: Moment, signal: AbortSignal): Promise<Listed> {
  const { run } = ending;
  let counts = (): ListingCounts => countsOf(run);
  const lease = keepRunLease({ ...parts, run, since, signal, counts: () => counts() });
  try {
    const writing = { ...writingUnder(lease), firstSequence: run.listingAttempt * perListing };
    const sink = parts.openWriter({ ...ending, ...writing }, ending.integration);
    const listing = openListing({ ...parts, run, lease, sink, progress: () => parts.progressOf(run._id) });
    counts = listing.counts;
    return await listRun({ ...ending, lease, sink, listing });
  } finally {
    lease.stop();
  }
}

function writingUnder(lease: RunLease) {
  // Who cannot tell must not go on either.
  return { signal: lease.signal, canWrite: () => lease.holds().catch(() => false) };
}

function countsOf({ listed, duplicates, expected, hasCheckpoints }: ListingCounts): ListingCounts {
  return { listed, duplicates, expected, hasCheckpoints };
}

function processCrash({ crashes }: ClaimedRun): IntegrationError {
  return new IntegrationError(
    'SYNC_PROCESS_CRASH',
    `The listing ended its process ${String(crashes)} times in a row, and is not run again.`,
  );
}

function deferredTooLong(cause: unknown): IntegrationError {
  return new IntegrationError('SYNC_DEFERRED_TOO_LONG', 'The listing was held back for too long.', { cause });
}
