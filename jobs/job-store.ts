import type { JobParameters } from 'agenda';
import type { JobData, JobDefinition } from '../lib/types/job-queue.js';

/** What the package asks of the stored jobs beside what Agenda does: of its own collection, or of the host's Agenda. */
export interface JobStore {
  /** Makes the indexes; resolves when they are built. */
  install(): Promise<void>;
  /** Makes sure that there is one document for each recurring job, and that it is going to run. */
  ensureRecurring(definitions: readonly JobDefinition[]): Promise<void>;
  /** Whether such a job waits that nobody has taken yet. */
  isWaiting(name: string, data: JobData): Promise<boolean>;
  /** Unlocks a job of ours that could not end, and makes it due. */
  release(job: JobParameters): Promise<void>;
  /** Deletes what has failed and ended before; the number of them. */
  prune(endedBefore: Date): Promise<number>;
}
