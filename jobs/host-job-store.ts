import type { Agenda, JobParameters } from 'agenda';
import type { JobData, JobDefinition } from '../lib/types/job-queue.js';
import type { JobStore } from './job-store.js';

/** The jobs of an Agenda of the host's, in whatever database: all by the methods of Agenda. */
export function createHostJobStore(agenda: Agenda, names: readonly string[]): JobStore {
  const ofName = async (name: string, data?: JobData) =>
    (await agenda.queryJobs({ name, ...(data && { data }) })).jobs as readonly JobParameters[];

  return {
    install: () => Promise.resolve(),
    async ensureRecurring(definitions) {
      for (const definition of definitions) {
        const { everySeconds } = definition;
        if (everySeconds === undefined) continue;
        const stored = (await ofName(definition.name)).find(({ type }) => type === 'single');
        await ensure(agenda, definition, everySeconds * 1_000, stored);
      }
    },
    async isWaiting(name, data) {
      const jobs = await ofName(name, data);
      return jobs.some(({ lockedAt, nextRunAt }) => !lockedAt && nextRunAt);
    },
    release: (job) => agenda.db.saveJobState({ ...withoutLock(job), nextRunAt: new Date() }, undefined),
    async prune(endedBefore) {
      const { jobs } = await agenda.queryJobs({ names: [...names], state: 'failed' });
      const ended = jobs.filter(
        ({ lastFinishedAt, nextRunAt }) => !nextRunAt && lastFinishedAt && lastFinishedAt < endedBefore,
      );
      const ids = ended.map(({ _id }) => _id);
      return ids.length === 0 ? 0 : agenda.cancel({ ids });
    },
  };
}

function withoutLock({ lockedAt: _, ...job }: JobParameters): JobParameters {
  return job;
}

/** `every()` clears the lock of a job that runs, and the pause of one that is paused: only where it is needed. */
async function ensure(
  agenda: Agenda,
  { name, isDueAtOnce = false }: JobDefinition,
  interval: number,
  stored: JobParameters | undefined,
): Promise<void> {
  if (stored !== undefined && !stored.nextRunAt && !stored.lockedAt) await agenda.cancel({ name });
  else if (Number(stored?.repeatInterval) === interval) return;
  await agenda.every(interval, name, {}, { skipImmediate: !isDueAtOnce });
}
