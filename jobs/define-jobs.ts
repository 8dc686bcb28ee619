import { AsyncResource } from 'node:async_hooks';
import type { Agenda, Job } from 'agenda';
import { inBackground } from '../lib/context.js';
import { errorMessage } from '../lib/error-message.js';
import { isError } from '../lib/is-error.js';
import { followSignals } from '../lib/requests/follow-signals.js';
import type { JobData, JobDefinition } from '../lib/types/job-queue.js';
import type { LoggerLike } from '../lib/types/logger.js';
import { beat } from './heartbeat.js';
import type { JobRuns } from './job-runs.js';

export interface DefineJobsParts {
  readonly definitions: readonly JobDefinition[];
  /** How many of each may run at once. */
  readonly shares: ReadonlyMap<string, number>;
  readonly lockMs: number;
  readonly runs: JobRuns;
  readonly logger: LoggerLike;
  /** Takes secrets out of what a handler failed with. */
  readonly redact: (text: string) => string;
}

/** What a job ends with that was aborted: it is run again, by this process or another one. */
class HandedBackError extends Error {
  override readonly name = 'HandedBackError';
}

/** Puts the definitions on an Agenda, before it is started. */
export function defineJobs(agenda: Agenda, parts: DefineJobsParts): void {
  const handle = createHandler(parts);
  for (const definition of parts.definitions) {
    const concurrency = parts.shares.get(definition.name) ?? definition.concurrency;
    agenda.define(definition.name, (job: Job) => handle(definition, job), {
      concurrency,
      lockLimit: concurrency,
      lockLifetime: parts.lockMs,
      removeOnComplete: true,
      backoff: ({ error }) => (error instanceof HandedBackError ? 0 : null),
    });
  }
}

function createHandler({ lockMs, runs, logger, redact }: DefineJobsParts) {
  // Whatever wakes a job up: it does not belong to the call or operation that enqueued it.
  const root = new AsyncResource('IntegrationJobs');

  return async function handle(definition: JobDefinition, job: Job): Promise<void> {
    const { signal, end } = runs.begin(job);
    const aborting = new AbortController();
    const abort = (error: Error) => aborting.abort(error);
    const leave = followSignals([signal], abort);
    const endBeat = beat(job, lockMs / 3, abort);
    const work = () => definition.run(dataOf(job), { signal: aborting.signal });
    try {
      aborting.signal.throwIfAborted();
      await root.runInAsyncScope(inBackground<Promise<void>>, null, work);
      await endBeat();
      end('done');
    } catch (error) {
      await endBeat();
      const { aborted } = aborting.signal;
      end(aborted ? 'handedBack' : 'failed');
      if (aborted) throw new HandedBackError('Handed back when the process stopped, or its time was over.');
      const facts = failureFacts(error, redact);
      logger.error('A job failed.', { job: definition.name, jobId: String(job.attrs._id), ...facts });
      // Stored with the job, and shown on the dashboard.
      throw new Error(facts.error, { cause: error });
    } finally {
      leave();
    }
  };
}

const longestReason = 1_000;

function failureFacts(error: unknown, redact: (text: string) => string) {
  return {
    error: redact(errorMessage(error)).slice(0, longestReason),
    ...(isError(error) && { name: error.name, stack: error.stack }),
    ...(isError(error) && 'code' in error && { code: error.code }),
  };
}

/** Of a job that was made on a dashboard it might be anything. */
function dataOf({ attrs }: Job): JobData {
  const data: unknown = attrs.data;
  if (typeof data !== 'object' || data === null) return {};
  return Object.fromEntries(
    Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
