import type { JobDefinition } from '../lib/types/job-queue.js';
import { dayMs } from '../lib/time-units.js';
import type { JobStore } from './job-store.js';

export const pruneJobsName = 'integrations.prune-jobs';

/** Deletes, once an hour, the jobs that failed long ago. */
export function pruneJobs(store: Pick<JobStore, 'prune'>, keepFailedDays: number): JobDefinition {
  return {
    name: pruneJobsName,
    concurrency: 1,
    everySeconds: 3_600,
    async run() {
      await store.prune(new Date(Date.now() - keepFailedDays * dayMs));
    },
  };
}
