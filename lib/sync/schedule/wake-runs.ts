import type { Types } from 'mongoose';
import {
  syncRunPhases,
  type IntegrationSyncRunFields,
  type IntegrationSyncRunModel,
} from '../../../schemas/integration-sync-run.js';
import type { JobQueue } from '../../types/job-queue.js';
import { syncJobs } from '../job-names.js';
import { pagesOf } from '../pages-of.js';
import { runCollection } from '../runs/run-collection.js';
import { inGroups } from './in-groups.js';

/** Whether a run has batches left, and such that can be worked on. */
export interface RunBatches {
  hasAny(runId: Types.ObjectId): Promise<boolean>;
  hasDue(runId: Types.ObjectId): Promise<boolean>;
}

export interface WakeRunsParts {
  readonly model: IntegrationSyncRunModel;
  readonly batches: RunBatches;
  readonly jobs: JobQueue;
}

/** A run that is not over. */
export type UnsettledRun = Pick<IntegrationSyncRunFields, '_id' | 'phase' | 'availableAt'>;

/** Makes up for every wake-up that was lost: by a process that died, say, or by jobs that were deleted. */
export interface WakeRuns {
  /** All that are not over. */
  wakeAll(now: Date, signal: AbortSignal): Promise<void>;
  /** Enqueues what one needs to go on; nothing where it waits, or somebody drives it. */
  wake(run: UnsettledRun, now: Date): Promise<void>;
}

const pageSize = 200;
const unsettled = syncRunPhases.filter((phase) => phase !== 'settled');
const projection = { phase: 1, availableAt: 1 } as const;

export function createWakeRuns({ model, batches, jobs }: WakeRunsParts): WakeRuns {
  const collection = runCollection(model);
  const enqueue = (name: string, runId: Types.ObjectId) =>
    jobs.enqueue(name, { runId: runId.toHexString() }, { unlessWaiting: true });

  async function wake({ _id, phase, availableAt }: UnsettledRun, now: Date): Promise<void> {
    // Beside a listing too: it may wait for room, and nobody makes any.
    if (await batches.hasDue(_id)) await enqueue(syncJobs.drain, _id);
    if (availableAt > now) return;
    if (phase === 'listing') await enqueue(syncJobs.run, _id);
    else if (!(await batches.hasAny(_id))) await enqueue(syncJobs.settle, _id);
  }

  return {
    wake,
    async wakeAll(now, signal) {
      const options = { projection, readPreference: 'primary', batchSize: pageSize } as const;
      const cursor = collection.find<UnsettledRun>({ phase: { $in: unsettled } }, options);
      for await (const page of pagesOf(cursor, pageSize)) {
        if (signal.aborted) return;
        await inGroups(page, (run) => wake(run, now));
      }
    },
  };
}
