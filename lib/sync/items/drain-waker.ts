import type { Types } from 'mongoose';
import { createJobWaker } from '../../job-waker.js';
import type { JobQueue } from '../../types/job-queue.js';
import type { LoggerLike } from '../../types/logger.js';
import { syncJobs } from '../job-names.js';

/** Tells free slots that a run has items to handle. */
export interface DrainWaker {
  /** Returns at once and never fails: the tick finds what nobody was told of. */
  wake(runId: Types.ObjectId): void;
  /** Resolves when nobody is being told any more. */
  idle(): Promise<void>;
}

export interface DrainWakerParts {
  readonly queue: JobQueue;
  readonly logger: Pick<LoggerLike, 'warn'>;
}

export function createDrainWaker({ queue, logger }: DrainWakerParts): DrainWaker {
  const { wake, idle } = createJobWaker({
    enqueue: (runId) => queue.enqueue(syncJobs.drain, { runId }, { unlessWaiting: true }),
    onFailure(runId, error) {
      logger.warn('A job that handles sync items could not be enqueued; the next tick does it.', { runId, error });
    },
  });
  return { idle, wake: (runId) => wake(runId.toHexString()) };
}
