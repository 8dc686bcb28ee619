import type { Job } from 'agenda';
import { LockLostError } from './job-repository.js';

/**
 * Keeps the lock of a running job, and tells when it is lost. The function that comes back ends that, and resolves when
 * nothing of it is on its way to the database any more, where it would lock what has ended.
 */
export function beat(job: Job, everyMs: number, onLost: (error: Error) => void): () => Promise<void> {
  let beating: Promise<void> | null = null;
  const touch = async () => {
    try {
      // Without the progress it would be wiped.
      await job.touch(job.attrs.progress);
    } catch (error) {
      // Where the database is away the lock may last until it is back.
      if (error instanceof LockLostError) onLost(error);
      else if (job.getCanceledMessage() !== undefined) onLost(new LockLostError(String(job.getCanceledMessage())));
    } finally {
      beating = null;
    }
  };
  const timer = setInterval(() => {
    beating ??= touch();
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await beating;
  };
}
