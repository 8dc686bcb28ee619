import { fromNow } from '../lib/from-now.js';
import type { JobData, JobDefinition } from '../lib/types/job-queue.js';
import { jobIndexes } from './job-indexes.js';
import type { JobRepository } from './job-repository.js';
import type { JobStore } from './job-store.js';

export interface OwnJobStoreParts {
  readonly repository: JobRepository;
  /** What this process signs its locks with. */
  readonly owner: string;
}

type BulkWrite = Parameters<JobRepository['collection']['bulkWrite']>[0][number];

/** The jobs of the package's own collection. The repository has to be connected. */
export function createOwnJobStore({ repository, owner }: OwnJobStoreParts): JobStore {
  return {
    async install() {
      await repository.collection.createIndexes(jobIndexes);
    },
    async ensureRecurring(definitions) {
      const updates = definitions.flatMap(recurringUpdate);
      if (updates.length === 0) return;
      const ensure = () => repository.collection.bulkWrite(updates, { ordered: false });
      // Another process may insert one between our looking for it and our inserting it: then it is there.
      await ensure().catch((error: unknown) => (isDuplicate(error) ? ensure() : Promise.reject(error as Error)));
    },
    async isWaiting(name, data) {
      const filter = waitingJob(name, data);
      return (await repository.collection.findOne(filter, { projection: { _id: 1 } })) !== null;
    },
    release: (job) => repository.release(job, owner),
    async prune(endedBefore) {
      const { deletedCount } = await repository.collection.deleteMany(endedJob(endedBefore));
      return deletedCount;
    },
  };
}

/** As `jobIndexes` serve it: with the fields of the data in one order. */
function waitingJob(name: string, data: JobData) {
  return { name, data: sortedData(data), lockedAt: { $eq: null }, nextRunAt: { $gt: new Date(0) } } as const;
}

function endedJob(before: Date) {
  return {
    type: 'normal',
    lastFinishedAt: { $lt: before },
    nextRunAt: { $eq: null },
    lockedAt: { $eq: null },
  } as const;
}

/** Documents that are equal for MongoDB have their fields in the same order. */
export function sortedData(data: JobData): JobData {
  return Object.fromEntries(Object.entries(data).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * One document for each recurring job, whoever asks for it and how often. `every()` of Agenda would clear the lock of
 * the one that runs, and let a job go on that an operator has paused.
 */
function recurringUpdate({ name, everySeconds, isDueAtOnce = false }: JobDefinition): BulkWrite[] {
  if (everySeconds === undefined) return [];
  const interval = everySeconds * 1_000;
  const inAnInterval = fromNow(interval);
  const isNew = { $eq: [{ $type: '$repeatInterval' }, 'missing'] };
  const nextRunAt = {
    $switch: {
      branches: [
        { case: isNew, then: isDueAtOnce ? '$$NOW' : inAnInterval },
        // While it runs it has its next time already: without one nobody would ever take it.
        { case: { $eq: [{ $ifNull: ['$nextRunAt', null] }, null] }, then: '$$NOW' },
      ],
      // The interval may have been longer.
      default: { $min: ['$nextRunAt', inAnInterval] },
    },
  };
  const update = [
    {
      $set: {
        nextRunAt,
        repeatInterval: interval,
        priority: { $ifNull: ['$priority', 0] },
        data: { $ifNull: ['$data', {}] },
        lockedAt: { $ifNull: ['$lockedAt', null] },
      },
    },
  ];
  return [{ updateOne: { filter: { name, type: 'single' }, update, upsert: true } }];
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11_000;
}
