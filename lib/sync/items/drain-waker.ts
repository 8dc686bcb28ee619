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

/** Who is told of a run is told of all that comes in that time: a listing stores many batches in a second. */
const quietMs = 50;

export function createDrainWaker({ queue, logger }: DrainWakerParts): DrainWaker {
  const underWay = new Map<string, Promise<void>>();
  const wanted = new Set<string>();
  const pauses = createPauses(quietMs);

  async function tell(runId: string): Promise<void> {
    // What is released while somebody is told may come too late for him: he is told once more.
    while (wanted.delete(runId)) {
      try {
        await queue.enqueue(syncJobs.drain, { runId }, { unlessWaiting: true });
      } catch (error) {
        logger.warn('A job that handles sync items could not be enqueued; the next tick does it.', { runId, error });
      }
      await pauses.pause();
    }
    underWay.delete(runId);
  }

  return {
    wake(id) {
      const runId = id.toHexString();
      wanted.add(runId);
      if (!underWay.has(runId)) underWay.set(runId, tell(runId));
    },
    idle: () => pauses.without(() => Promise.all(underWay.values())),
  };
}

/** Pauses that nobody who waits has to wait for. */
function createPauses(ms: number) {
  const ends = new Set<() => void>();
  let waiting = 0;
  return {
    async pause(): Promise<void> {
      if (waiting > 0) return;
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          ends.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms).unref();
        ends.add(end);
      });
    },
    async without(work: () => Promise<unknown>): Promise<void> {
      waiting += 1;
      for (const end of ends) end();
      await work();
      waiting -= 1;
    },
  };
}
