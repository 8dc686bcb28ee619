import type { Types } from 'mongoose';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { IntegrationSyncRunFields } from '../../../schemas/integration-sync-run.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import { durableWrite } from '../../durable-write.js';
import type { EventHub } from '../../event-hub.js';
import { primary } from '../../primary.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import { itemCollections, type ItemCollections } from '../items/item-collections.js';
import { runCollection } from '../runs/run-collection.js';
import { createFailureStreaks, type FailureStreaks } from './failure-streaks.js';
import { createOlderRuns } from './older-runs.js';

export interface OlderFailureParts {
  readonly models: Pick<
    IntegrationModels,
    'Integration' | 'IntegrationSyncItem' | 'IntegrationSyncBatch' | 'IntegrationSyncRun'
  >;
  readonly events: Pick<EventHub, 'emit'>;
  readonly settings: Pick<SyncSettings, 'stuckAfterRuns'>;
}

/** A run that settles: all its items have come to their end. */
export type EndingRun = Pick<IntegrationSyncRunFields, '_id' | 'integrationId' | 'createdAt' | 'listed'>;

/** What became of failures. */
export interface OlderFailures {
  /** Failed items of earlier runs that this run has taken the place of. */
  readonly superseded: number;
  /** Items that have failed in so many runs in a row that `syncItemStuck` was emitted. */
  readonly stuck: number;
}

type SeenItem = Pick<
  IntegrationSyncItemFields,
  '_id' | 'eventClass' | 'externalId' | 'syncLogId' | 'failedRuns' | 'status'
>;

const pageSize = 500;
const projection = { eventClass: 1, externalId: 1, syncLogId: 1, failedRuns: 1, status: 1 } as const;

/**
 * Settles what earlier runs have left: a failed item that this run has seen again counts no longer, because this run's
 * item tells how it is. Where that one failed too, it has failed in one run more. So each poison is listed once, and
 * `syncItemStuck` is emitted when it reaches the limit. A repetition, by whoever goes on after a crash, changes
 * nothing.
 */
export async function settleOlderFailures(parts: OlderFailureParts, run: EndingRun): Promise<OlderFailures> {
  const collections = itemCollections(parts.models);
  const stuckAfter = parts.settings.stuckAfterRuns;
  const streaks = createFailureStreaks({ ...parts, items: collections.items, stuckAfter });
  let stuck = await streaks.begin(run._id);
  let superseded = 0;
  // Most runs find nothing, and have seen nothing again.
  if (run.listed === 0) return { superseded, stuck };
  const olderAmong = createOlderRuns(runCollection(parts.models.IntegrationSyncRun), run);
  for await (const page of failedItems(collections, run.integrationId)) {
    const isOlder = await olderAmong(page.flatMap(({ syncLogId }) => syncLogId ?? []));
    const older = page.filter(({ syncLogId }) => syncLogId !== null && isOlder(syncLogId));
    const again = await seenAgain(collections, run._id, older);
    stuck += await prolong(streaks, again);
    superseded += await supersede(collections, again);
  }
  return { superseded, stuck };
}

/** An item of an earlier run, and the same of this one. */
interface Pair {
  readonly older: SeenItem;
  readonly newer: SeenItem;
}

async function* failedItems({ items }: ItemCollections, integrationId: Types.ObjectId): AsyncGenerator<SeenItem[]> {
  for (let last: Types.ObjectId | null = null; ;) {
    const page: SeenItem[] = await items
      .find<SeenItem>(
        { integrationId, status: 'failed', ...(last !== null && { _id: { $gt: last } }) },
        { ...primary, projection },
      )
      .sort({ _id: 1 })
      .limit(pageSize)
      .toArray();
    yield page.filter(({ externalId }) => externalId !== null);
    const end = page.at(-1);
    if (end === undefined || page.length < pageSize) return;
    last = end._id;
  }
}

/** Where those that are sought are the first of the run by status, the server would take the index of that, and read on. */
const hint = { syncLogId: 1, eventClass: 1, externalId: 1 } as const;

const keyOf = ({ eventClass, externalId }: SeenItem) => JSON.stringify([eventClass, externalId]);

async function seenAgain(
  { items }: ItemCollections,
  syncLogId: Types.ObjectId,
  older: readonly SeenItem[],
): Promise<Pair[]> {
  const newer = new Map<string, SeenItem>();
  for (const eventClass of new Set(older.map((item) => item.eventClass))) {
    const externalIds = older.filter((item) => item.eventClass === eventClass).map(({ externalId }) => externalId);
    const filter = { syncLogId, eventClass, externalId: { $in: externalIds } };
    const found = await items
      .find<SeenItem>(filter, { ...primary, projection, hint, batchSize: pageSize + 1 })
      .toArray();
    for (const item of found) newer.set(keyOf(item), item);
  }
  return older.flatMap((item) => {
    const again = newer.get(keyOf(item));
    return again === undefined ? [] : [{ older: item, newer: again }];
  });
}

async function prolong(streaks: FailureStreaks, pairs: readonly Pair[]): Promise<number> {
  const failedAgain = pairs.filter(({ newer }) => newer.status === 'failed');
  return streaks.prolong(failedAgain.map(({ older, newer }) => ({ _id: newer._id, failedRuns: older.failedRuns + 1 })));
}

/** After the streak has passed to the newer one: who dies in between leaves an older one that passes it on once more. */
async function supersede({ items }: ItemCollections, pairs: readonly Pair[]): Promise<number> {
  const over = pairs.filter(({ newer }) => isTerminal(newer.status)).map(({ older }) => older._id);
  if (over.length === 0) return 0;
  const { modifiedCount } = await items.updateMany(
    { _id: { $in: over }, status: 'failed' },
    [{ $set: { status: 'skipped', skipReason: 'superseded', updatedAt: '$$NOW' } }],
    durableWrite,
  );
  return modifiedCount;
}

const isTerminal = (status: SeenItem['status']) => status !== 'pending' && status !== 'processing';
