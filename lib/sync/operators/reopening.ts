import type { Types } from 'mongoose';
import { durableWrite } from '../../durable-write.js';
import type { JobQueue } from '../../types/job-queue.js';
import type { BatchStore } from '../items/batch-store.js';
import type { ItemCollections } from '../items/item-collections.js';
import { syncJobs } from '../job-names.js';
import { runNotFound } from '../runs/progress.js';
import type { RunStore } from '../runs/run-store.js';
import type { ItemGroup } from './failed-items.js';

/** Items that are to become something else, of runs that are to settle once more. */
export interface ReopeningParts {
  readonly items: ItemCollections['items'];
  readonly runs: Pick<RunStore, 'reopen'>;
  readonly batches: Pick<BatchStore, 'requeue'>;
  readonly jobs: JobQueue;
}

/** How items are made pending. */
export interface Reset {
  /** Items that it is about. */
  readonly status: 'failed' | { readonly $in: readonly ['pending', 'processing'] };
  readonly fields: object;
}

/** In which the items of a group are changed. Should this process die, the run settles after that. */
const holdMs = 30_000;

/**
 * Changes items of a run that may be settled already. The run is reopened before, so that it settles anew whatever
 * happens here, and once more afterwards, so that nobody settles it by what he saw before.
 *
 * @throws IntegrationError `SYNC_RUN_NOT_FOUND`
 */
export async function whileReopened<T>(
  { runs }: Pick<ReopeningParts, 'runs'>,
  runId: Types.ObjectId,
  work: () => Promise<T>,
): Promise<T> {
  if ((await runs.reopen(runId, holdMs)) === null) throw runNotFound(runId);
  const result = await work();
  await runs.reopen(runId);
  return result;
}

/**
 * Puts items into the queue again, and resolves to how many: of two operators who do so at once, each has his own.
 *
 * @throws IntegrationError `SYNC_RUN_NOT_FOUND`
 */
export async function requeue(
  parts: ReopeningParts,
  { run, ids }: ItemGroup,
  { status, fields }: Reset,
): Promise<number> {
  const { items, batches, jobs } = parts;
  let requeued = 0;
  await whileReopened(parts, run._id, () =>
    batches.requeue(run, ids, async (some, batchId) => {
      const change = { status: 'pending', batchId, ...fields, updatedAt: '$$NOW' };
      await items.updateMany({ _id: { $in: [...some] }, status }, [{ $set: change }], durableWrite);
      const options = { projection: { _id: 1 }, readPreference: 'primary', batchSize: some.length + 1 } as const;
      const ours = await items.find({ _id: { $in: [...some] }, batchId }, options).toArray();
      requeued += ours.length;
      return ours.map(({ _id }) => _id);
    }),
  );
  await jobs.enqueue(syncJobs.drain, { runId: run._id.toHexString() }, { unlessWaiting: true });
  return requeued;
}
