import type { Types } from 'mongoose';
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
  const underWay = new Map<string, Promise<void>>();
  const wanted = new Set<string>();

  async function tell(runId: string): Promise<void> {
    // What is released while somebody is told may come too late for him: he is told once more.
    while (wanted.delete(runId)) {
      try {
        await queue.enqueue(syncJobs.drain, { runId }, { unlessWaiting: true });
      } catch (error) {
        logger.warn('A job that handles sync items could not be enqueued; the next tick does it.', { runId, error });
      }
    }
    underWay.delete(runId);
  }

  return {
    wake(id) {
      const runId = id.toHexString();
      wanted.add(runId);
      if (!underWay.has(runId)) underWay.set(runId, tell(runId));
    },
    async idle() {
      await Promise.all(underWay.values());
    },
  };
}
