import type { Types } from 'mongoose';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import { durableWrite } from '../../durable-write.js';
import type { EventHub } from '../../event-hub.js';
import { primary } from '../../primary.js';
import type { ItemCollections } from '../items/item-collections.js';
import { pagesOf } from '../pages-of.js';

/** An item that failed again, and the number of runs in a row that it makes. */
export type FailureStreak = Pick<IntegrationSyncItemFields, '_id' | 'failedRuns'>;

/** Counts in how many runs in a row items have failed. Each function resolves to how many of them got stuck by it. */
export interface FailureStreaks {
  /** The failed items of a run have failed in one, at least. */
  begin(runId: Types.ObjectId): Promise<number>;
  prolong(streaks: readonly FailureStreak[]): Promise<number>;
}

export interface FailureStreakParts {
  readonly models: Pick<IntegrationModels, 'Integration' | 'IntegrationSyncItem'>;
  readonly items: ItemCollections['items'];
  readonly events: Pick<EventHub, 'emit'>;
  /** Runs in a row after which an item is stuck. */
  readonly stuckAfter: number;
}

const pageSize = 500;

export function createFailureStreaks({ models, items, events, stuckAfter }: FailureStreakParts): FailureStreaks {
  async function prolong(streaks: readonly FailureStreak[]): Promise<number> {
    const quiet = streaks.filter(({ failedRuns }) => failedRuns !== stuckAfter);
    if (quiet.length > 0) await items.bulkWrite(quiet.map(raised), { ...durableWrite, ordered: false });
    let stuck = 0;
    for (const streak of streaks) if (streak.failedRuns === stuckAfter && (await reachLimit(streak))) stuck += 1;
    return stuck;
  }

  async function reachLimit(streak: FailureStreak): Promise<boolean> {
    const { filter, update } = raised(streak).updateOne;
    const stored = await items.findOneAndUpdate(filter, update, { ...durableWrite, returnDocument: 'after' });
    if (stored === null) return false;
    const integration = await models.Integration.findOne({ _id: stored.integrationId }).read('primary');
    if (integration === null) return true;
    const item = models.IntegrationSyncItem.hydrate(stored);
    events.emit('syncItemStuck', () => ({ integration, item, failedRuns: stored.failedRuns }));
    return true;
  }

  return {
    prolong,
    async begin(syncLogId) {
      if (stuckAfter === 1) return beginEach(items, syncLogId, prolong);
      const first = { syncLogId, status: 'failed', failedRuns: 0, externalId: { $gte: '' } } as const;
      await items.updateMany(first, [{ $set: { failedRuns: 1, updatedAt: '$$NOW' } }], durableWrite);
      return 0;
    },
  };
}

/** One by one, where a single failure is the limit. */
async function beginEach(
  items: FailureStreakParts['items'],
  syncLogId: Types.ObjectId,
  prolong: FailureStreaks['prolong'],
): Promise<number> {
  let stuck = 0;
  const filter = { syncLogId, status: 'failed', failedRuns: 0, externalId: { $gte: '' } } as const;
  const cursor = items.find(filter, { ...primary, projection: { _id: 1 }, batchSize: pageSize });
  for await (const page of pagesOf(cursor, pageSize)) {
    stuck += await prolong(page.map(({ _id }) => ({ _id, failedRuns: 1 })));
  }
  return stuck;
}

function raised({ _id, failedRuns }: FailureStreak) {
  const filter = { _id, status: 'failed', failedRuns: { $lt: failedRuns } } as const;
  return { updateOne: { filter, update: [{ $set: { failedRuns, updatedAt: '$$NOW' } }] } };
}
