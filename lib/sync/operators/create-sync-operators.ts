import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationSyncItemDocument } from '../../../schemas/integration-sync-item.js';
import type { IntegrationSyncRunDocument } from '../../../schemas/integration-sync-run.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import { durableWrite } from '../../durable-write.js';
import { IntegrationError } from '../../errors.js';
import { integrationId, integrationNotFound } from '../../integration-store/integration-id.js';
import type { Types } from 'mongoose';
import type { JobQueue } from '../../types/job-queue.js';
import type { MissingEntity } from '../../types/missing-entity.js';
import type { MissingReport } from '../../types/missing-report.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import type { SyncProgress } from '../../types/sync-progress.js';
import type { SyncResult } from '../../types/sync-result.js';
import type { BatchStore } from '../items/batch-store.js';
import { itemCollections } from '../items/item-collections.js';
import { syncJobs } from '../job-names.js';
import type { MissingItems } from '../missing/create-missing-items.js';
import { runCollection } from '../runs/run-collection.js';
import type { RunStore } from '../runs/run-store.js';
import type { WaitOptions } from '../runs/wait-for-run.js';
import type { BeginDueOptions, Schedule } from '../schedule/create-schedule.js';
import type { DueSync } from '../schedule/due-tick.js';
import { failedItemGroups, type FailedItemTarget, type ItemGroup } from './failed-items.js';
import { runIdOf } from './ids.js';
import { failedItems, findRun, listRuns, missingEntities } from './listings.js';
import type { PageOptions } from './page.js';
import { pauseSync, resumeSync } from './pause.js';
import { reclaim, type Reclaimed } from './reclaim.js';
import { requeue, whileReopened } from './reopening.js';

/** How many failed items are to be changed, or have been, is known as it goes on. */
export interface ItemChangeOptions {
  /** Finds the items, and writes nothing; the result says how many they are. Default false. */
  readonly dryRun?: boolean;
  /** Called after each group of items with how many have been changed so far. */
  readonly onProgress?: (changed: number) => void;
  /** Ends it after the group at hand; what is left stays failed. */
  readonly signal?: AbortSignal;
}

export interface SkipOptions extends ItemChangeOptions {
  /** In the operator's words, 1 to 500 characters; stored with the item. */
  readonly reason: string;
}

export interface ReportMissingOptions {
  /** However large a share of what is known it is. Default false. */
  readonly force?: boolean;
}

/**
 * What operators do with syncs. All of it may be repeated, and done by several at once. Targets that are integrations
 * raise `INTEGRATION_NOT_FOUND`, runs `SYNC_RUN_NOT_FOUND`.
 */
export interface SyncOperators {
  /** A page of failed items, the oldest first; default: of all integrations. */
  failed(target?: IdOrDocument | null, page?: PageOptions): Promise<IntegrationSyncItemDocument[]>;
  /**
   * Has failed items tried again, with all their attempts. Their runs settle once more when they are done, and may move
   * the cursor on. Items that are being tried already are let be.
   *
   * @throws IntegrationError `SYNC_ITEM_NOT_FOUND`, or `SYNC_ITEM_NOT_FAILED` for items that are done or skipped: then
   *   nothing is retried
   */
  retry(items: FailedItemTarget, options?: ItemChangeOptions): Promise<{ readonly retried: number }>;
  /**
   * Gives failed items up for good, so that they hold no cursor any more. Their runs settle once more.
   *
   * @throws IntegrationError `OPTIONS_INVALID` without a reason; `SYNC_ITEM_NOT_FOUND`, or `SYNC_ITEM_NOT_FAILED` for
   *   items that are done or being tried: then nothing is skipped
   */
  skip(items: FailedItemTarget, options: SkipOptions): Promise<{ readonly skipped: number }>;
  /** Has a run settle once more: counts its items, and moves the cursor as far as it goes. One under way settles anyway. */
  refinalise(runId: IdOrDocument): Promise<void>;
  /**
   * Has what was left behind gone on with now, instead of with the next tick, and finds items that no worker would
   * find; default: of all integrations, in runs that are not settled.
   */
  reclaim(target?: IdOrDocument | null): Promise<Reclaimed>;
  /**
   * Begins a run of every integration that is due by its schedule, as the job does that runs now and then: for an
   * application whose processes run no jobs. Which process lists and handles does not matter here.
   */
  beginDue(options?: BeginDueOptions): Promise<DueSync[]>;
  /**
   * Waits until a run is over. An instance that was not started runs the jobs meanwhile.
   *
   * @throws IntegrationError what the listing failed with, under its code or `SYNC_FAILED`; `SYNC_CANCELLED`,
   *   `CALL_ABORTED`, `INSTANCE_STOPPED`
   */
  wait(runId: IdOrDocument, options?: WaitOptions): Promise<SyncResult>;
  /** Takes an integration out of the schedule; a run under way ends, and `sync()` works. */
  pause(target: IdOrDocument): Promise<IntegrationDocument>;
  /** Puts it back: what was missed is made up for at once, or when its cron expression says. */
  resume(target: IdOrDocument): Promise<IntegrationDocument>;
  /** A page of the runs of an integration, the newest first. */
  runs(target: IdOrDocument, page?: PageOptions): Promise<IntegrationSyncRunDocument[]>;
  run(runId: IdOrDocument): Promise<IntegrationSyncRunDocument>;
  progress(runId: IdOrDocument): Promise<SyncProgress>;
  /** A page of what full runs have not found any more, in the order in which it was first seen. */
  missing(target: IdOrDocument, page?: PageOptions): Promise<MissingEntity[]>;
  /**
   * Reports what a full run did not find, of which it refused to do so by itself.
   *
   * @throws IntegrationError `SYNC_MISSING_REFUSED`, with the reason in `details.refused`: it is too much without
   *   `force`, or the run did not list everything
   */
  reportMissing(runId: IdOrDocument, options?: ReportMissingOptions): Promise<MissingReport>;
}

export interface SyncOperatorParts {
  readonly models: IntegrationModels;
  readonly runs: Pick<RunStore, 'reopen'>;
  readonly batches: Pick<BatchStore, 'requeue'>;
  readonly jobs: JobQueue;
  readonly schedule: Pick<Schedule, 'beginDue' | 'wakeRuns' | 'serverTime'>;
  readonly missing: Pick<MissingItems, 'report'>;
  readonly progressOf: (runId: Types.ObjectId) => Promise<SyncProgress>;
  readonly waitFor: (runId: Types.ObjectId, options: WaitOptions) => Promise<SyncResult>;
}

export function createSyncOperators(parts: SyncOperatorParts): SyncOperators {
  const { models, missing, schedule, progressOf, waitFor } = parts;
  return {
    failed: (target = null, page = {}) => failedItems(models, target, page),
    ...itemOperators(parts),
    ...runOperators(parts),
    beginDue: (options = {}) => schedule.beginDue(options),
    wait: async (runId, options = {}) => waitFor(runIdOf(runId), options),
    pause: (target) => pauseSync(models.Integration, target),
    resume: (target) => resumeSync(models.Integration, target),
    runs: (target, page = {}) => listRuns(models, target, page),
    run: (runId) => findRun(models, runId),
    progress: async (runId) => progressOf(runIdOf(runId)),
    missing: (target, page = {}) => missingEntities(models, target, page),
    async reportMissing(runId, { force = false } = {}) {
      const report = await missing.report((await findRun(models, runId)).toObject(), { force });
      if (report.refused === null) return report;
      throw new IntegrationError('SYNC_MISSING_REFUSED', 'What the run did not find is not reported as missing.', {
        details: { ...report },
      });
    },
  };
}

/** As good as new. */
const anew = {
  attempts: 0,
  crashes: 0,
  failedRuns: 0,
  availableAt: null,
  deferredSince: null,
  completedAt: null,
};

function itemOperators(parts: SyncOperatorParts): Pick<SyncOperators, 'retry' | 'skip'> {
  const { items } = itemCollections(parts.models);

  async function skipGroup(runId: Types.ObjectId, ids: readonly Types.ObjectId[], reason: string): Promise<number> {
    const skipReason = { $literal: reason };
    const change = { status: 'skipped', skipReason, completedAt: '$$NOW', updatedAt: '$$NOW' };
    const { modifiedCount } = await whileReopened(parts, runId, () =>
      items.updateMany({ _id: { $in: [...ids] }, status: 'failed' }, [{ $set: change }], durableWrite),
    );
    await settleSoon(parts, runId);
    return modifiedCount;
  }

  return {
    async retry(target, options = {}) {
      const groups = failedItemGroups(items, target, ['pending', 'processing']);
      const retryGroup = (group: ItemGroup) => requeue({ ...parts, items }, group, { status: 'failed', fields: anew });
      return { retried: await changeGroups(groups, retryGroup, options) };
    },
    async skip(target, { reason, ...options }) {
      if (typeof reason !== 'string' || reason.trim() === '' || reason.length > 500) {
        throw new IntegrationError('OPTIONS_INVALID', 'reason says why, in 1 to 500 characters.');
      }
      const groups = failedItemGroups(items, target, ['skipped']);
      return { skipped: await changeGroups(groups, ({ run, ids }) => skipGroup(run._id, ids, reason), options) };
    },
  };
}

/** How many items were changed; in a dry run, how many there are. */
async function changeGroups(
  groups: AsyncIterable<ItemGroup>,
  change: (group: ItemGroup) => Promise<number>,
  { dryRun = false, onProgress, signal }: ItemChangeOptions,
): Promise<number> {
  let changed = 0;
  for await (const group of groups) {
    if (signal?.aborted === true) break;
    changed += dryRun ? group.ids.length : await change(group);
    onProgress?.(changed);
  }
  return changed;
}

function runOperators(parts: SyncOperatorParts): Pick<SyncOperators, 'refinalise' | 'reclaim'> {
  const { models, schedule } = parts;
  const collections = itemCollections(models);
  const reclaimParts = {
    ...parts,
    ...schedule,
    collections,
    items: collections.items,
    runCollection: runCollection(models.IntegrationSyncRun),
  };
  return {
    async refinalise(target) {
      const runId = runIdOf(target);
      await whileReopened(parts, runId, () => Promise.resolve());
      await settleSoon(parts, runId);
    },
    async reclaim(target = null) {
      const id = integrationId(target);
      if (target !== null && id === null) throw integrationNotFound(target);
      return reclaim(reclaimParts, id);
    },
  };
}

/** The tick would find it too. */
async function settleSoon({ jobs }: Pick<SyncOperatorParts, 'jobs'>, runId: Types.ObjectId): Promise<void> {
  await jobs.enqueue(syncJobs.settle, { runId: runId.toHexString() }, { unlessWaiting: true });
}
