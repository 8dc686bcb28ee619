import type { IntegrationModels } from '../../../schemas/models.js';

/** Counted no further. */
export const most = 10_000;
/** Runs under way that are looked at. */
const mostRuns = 1_000;

/** What is left undone, each counted up to {@link most}. */
export interface Backlog {
  readonly overdueWebhooks: number;
  readonly overdueBatches: number;
  readonly failedWebhooks: number;
  readonly failedItems: number;
}

/** @param before What could have been handled by then, and was not, is overdue. */
export async function countBacklog(models: IntegrationModels, before: Date): Promise<Backlog> {
  const isOverdue = { availableAt: { $lt: before } };
  const webhooks = models.IntegrationWebhook.collection;
  const limited = { limit: most };
  return {
    overdueWebhooks: await webhooks.countDocuments(
      { status: { $in: ['pending', 'processing'] }, ...isOverdue },
      limited,
    ),
    overdueBatches: await models.IntegrationSyncBatch.collection.countDocuments(
      { syncLogId: { $in: await runsUnderWay(models) }, ...isOverdue },
      limited,
    ),
    failedWebhooks: await webhooks.countDocuments({ status: 'failed' }, limited),
    failedItems: await models.IntegrationSyncItem.collection.countDocuments({ status: 'failed' }, limited),
  };
}

async function runsUnderWay({ IntegrationSyncRun }: IntegrationModels): Promise<unknown[]> {
  // As the index has it: all phases but the last.
  const found = IntegrationSyncRun.collection.find(
    { phase: { $lt: 'settled' } },
    { projection: { _id: 1 }, limit: mostRuns },
  );
  return (await found.toArray()).map(({ _id }) => _id);
}
