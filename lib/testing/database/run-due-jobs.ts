import { AssertionError } from 'node:assert';
import type { RunDueResult } from '../../types/job-queue.js';
import { testedInstance, type InstanceOption } from '../tested-instance.js';

export interface RunDueJobsOptions extends InstanceOption {
  /** How long at the most, in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Runs the jobs that are due, and those that they make due, until nothing is due any more: for tests of an instance
 * that was not started. The jobs that recur by themselves (syncs by schedule, token refreshes, clean-ups) are due after
 * their interval: `travel()` makes them so.
 *
 * @returns How many jobs were run, and how many of them failed.
 * @throws AssertionError Where something is still due when the time is over
 * @throws IntegrationError `INSTANCE_STOPPED`, `DATABASE_UNAVAILABLE`, `OPTIONS_INVALID`
 */
export async function runDueJobs({ integrations, timeoutMs = 10_000 }: RunDueJobsOptions = {}): Promise<
  Pick<RunDueResult, 'jobs' | 'failed'>
> {
  const { jobs, failed, isDone } = await testedInstance({ integrations }).runDue({ deadlineMs: timeoutMs });
  if (isDone) return { jobs, failed };
  throw new AssertionError({
    message: `After ${String(timeoutMs)} ms and ${String(jobs)} jobs (${String(failed)} failed), something was still due.`,
    actual: 'jobs that are due',
    expected: 'nothing that is due',
    operator: 'runDueJobs',
    stackStartFn: runDueJobs,
  });
}
