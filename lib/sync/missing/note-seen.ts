import type { IntegrationModels } from '../../../schemas/models.js';
import type { IntegrationSyncRunFields } from '../../../schemas/integration-sync-run.js';
import { durableWrite } from '../../durable-write.js';
import { itemCollections } from '../items/item-collections.js';

/** A run, as far as it matters what it saw. */
export type SeeingRun = Pick<IntegrationSyncRunFields, '_id' | 'integrationId' | 'createdAt'>;

export type NoteSeenModels = Pick<
  IntegrationModels,
  'IntegrationSyncItem' | 'IntegrationSyncBatch' | 'IntegrationSyncEntity'
>;

/**
 * Remembers everything that a run has listed under an `externalId`, whatever became of the items: it is there. What was
 * missing is not any more. Done by the server, without the items passing through this process; a repetition, or one for
 * an earlier run, changes nothing.
 */
export async function noteSeen(models: NoteSeenModels, run: SeeingRun): Promise<void> {
  const { items } = itemCollections(models);
  const into = models.IntegrationSyncEntity.collection.collectionName;
  const stages = [
    { $match: { syncLogId: run._id, externalId: { $gte: '' } } },
    { $project: { _id: 0, integrationId: 1, eventClass: 1, externalId: 1, ...seenBy(run) } },
    {
      $merge: {
        into,
        on: ['integrationId', 'eventClass', 'externalId'],
        whenMatched: [{ $replaceWith: { $cond: [isLater, seenAgain, '$$ROOT'] } }],
        whenNotMatched: 'insert',
      },
    },
  ];
  await items.aggregate(stages, { ...durableWrite, readPreference: 'primary' }).toArray();
}

function seenBy({ _id, createdAt }: SeeingRun) {
  return {
    lastRunId: { $literal: _id },
    lastSeenAt: { $literal: createdAt },
    missingSince: { $literal: null },
    createdAt: '$$NOW',
    updatedAt: '$$NOW',
  };
}

const isLater = { $lt: ['$lastSeenAt', '$$new.lastSeenAt'] };
const seenAgain = {
  $mergeObjects: [
    '$$ROOT',
    { lastRunId: '$$new.lastRunId', lastSeenAt: '$$new.lastSeenAt', missingSince: null, updatedAt: '$$NOW' },
  ],
};
