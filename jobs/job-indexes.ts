import type { mongo } from 'mongoose';

/** The indexes of the package's own collection of jobs. */
export const jobIndexes: mongo.IndexDescription[] = [
  // Agenda's own: what is due of a name, and whose lock has run out.
  {
    key: { name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 },
    name: 'findAndLockNextJobIndex',
  },
  // One document for each recurring job, however many processes make it at once.
  { key: { name: 1, type: 1 }, unique: true, partialFilterExpression: { type: 'single' } },
  // What waits with the same data.
  { key: { name: 1, data: 1, lockedAt: 1, nextRunAt: 1 } },
  // What has failed, for pruning: what succeeds is deleted at once.
  { key: { lastFinishedAt: 1 }, partialFilterExpression: { type: 'normal' } },
];
