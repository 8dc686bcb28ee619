import { Types } from 'mongoose';
import { beforeAll, expect, it } from 'vitest';
import { createItemAcks, type ItemResult } from '../../../../lib/sync/items/item-acks.js';
import { itemCollections, type ItemCollections } from '../../../../lib/sync/items/item-collections.js';
import type { BatchStore } from '../../../../lib/sync/items/batch-store.js';
import { readItems } from '../../../../lib/sync/items/read-items.js';
import { useDatabase } from '../../../support/database.js';
import { explainCommands } from '../../../support/explained-commands.js';
import { openItemsWorld, type ItemsWorld } from './items-world.js';

const database = useDatabase();
const total = 100_000;
const perBatch = 500;
let world: ItemsWorld;
let collections: ItemCollections;
let batches: BatchStore;

/** Two runs of 100 batches, of which every tenth waits, is held, or was left by a process that died. */
beforeAll(async () => {
  world = await openItemsWorld(database.uri);
  await world.integrations.install();
  collections = itemCollections(world.models);
  ({ batches } = world);
  for (let first = 0; first < total; first += perBatch) await seed(first);
  return () => world.close();
}, 120_000);

const runs = [new Types.ObjectId(), new Types.ObjectId()] as const;
const [runId] = runs;
const someIds: Types.ObjectId[] = [];

async function seed(first: number): Promise<void> {
  const { integration } = world;
  const number = first / perBatch;
  const [even, odd] = runs;
  const syncLogId = number % 2 === 0 ? even : odd;
  const ids = Array.from({ length: perBatch }, () => new Types.ObjectId());
  if (number === 0) someIds.push(...ids);
  const kind = ['held', 'waiting', 'lost'][number % 20] ?? 'due';
  const at = kind === 'held' || kind === 'waiting' ? Date.now() + 3_600_000 : Date.now() - 1_000 + number;
  const fields = { integrationId: integration._id, syncLogId };
  const [_id, now] = [new Types.ObjectId(), new Date()];
  await collections.batches.insertOne({
    ...fields,
    ...{ _id, ids, availableAt: new Date(at), isCareful: false, createdAt: now, updatedAt: now },
    lease: kind === 'held' || kind === 'lost' ? 'somebody' : null,
  });
  const items = ids.map((id, index) => ({
    ...world.models.IntegrationSyncItem.hydrate({}).toObject({ virtuals: false }),
    ...fields,
    ...{ _id: id, batchId: _id, eventClass: 'spec.item', externalId: `${first + index}`, payload: null },
    ...{ status: 'pending' as const, attempts: 0, crashes: 0, sequence: first + index, createdAt: now, updatedAt: now },
  }));
  await collections.items.insertMany(items, { ordered: false });
}

const resultOf = (index: number, outcome: ItemResult['outcome']): ItemResult => ({
  item: { _id: someIds[index], attempts: 0, crashes: 0, deferredSince: null } as ItemResult['item'],
  outcome,
  error: null,
  calls: { requests: [], requestCount: 1 },
  at: new Date(),
});

/** Plans are looked at afterwards, where there has to be something left to be found. */
async function reopen(): Promise<void> {
  await collections.items.updateMany({ _id: { $in: someIds } }, { $set: { status: 'pending', attempts: 0 } });
}

const held = async () => (await batches.claim(runId, 'spec', { skipCareful: false }))!;
const acks = () => createItemAcks(collections.items);

const queries: Record<string, () => Promise<unknown>> = {
  'claim of a batch': () => batches.claim(runId, 'spec', { skipCareful: false }),
  'claim of a batch that nobody left': () => batches.claim(runId, 'spec', { skipCareful: true }),
  renewal: async () => batches.renew(await held()),
  keep: async () => batches.keep(await held(), someIds),
  release: async () => batches.release(await held(), { ids: someIds, afterMs: 0, isCareful: false }),
  deletion: async () => batches.release(await held(), { ids: [], afterMs: 0, isCareful: false }),
  filling: async () => {
    const run = { _id: runId, integrationId: world.integration._id };
    await batches.finishFilling(await batches.fill(run, someIds), someIds);
    await batches.put(run, someIds);
  },
  'hasAny()': () => batches.hasAny(runId),
  'hasDue()': () => batches.hasDue(runId),
  'countDue()': () => batches.countDue(runId, 40),
  'remaining()': () => batches.remaining(runId),
  'the items of a batch': () => readItems(collections.items, someIds),
  successes: async () => {
    await acks().succeed(someIds.slice(0, 50), new Date());
    await reopen();
  },
  'what else comes of items': async () => {
    const error = new Error('no');
    await acks().note([
      resultOf(1, { kind: 'success' }),
      resultOf(2, { kind: 'retry', afterMs: 0, error }),
      resultOf(3, { kind: 'deferred', afterMs: 0, error }),
      resultOf(4, { kind: 'returned' }),
    ]);
    await acks().fail(resultOf(5, { kind: 'failed', isAttempt: true, error }));
    await reopen();
  },
  'marks of items that are being worked on': async () => {
    await acks().markProcessing(someIds.slice(0, 10));
    await acks().suspect(someIds.slice(0, 10));
    await reopen();
  },
  'pendingSyncItemCount()': () =>
    collections.items.countDocuments({
      integrationId: world.integration._id,
      status: { $in: ['pending', 'processing'] },
    }),
};

it.each(Object.entries(queries))('%s looks at hardly more keys than it finds', async (_name, query) => {
  const commands = await explainCommands(world.connection, query);
  expect(commands).not.toEqual([]);
  expect(commands.filter(({ scansCollection }) => scansCollection)).toEqual([]);
  expect(commands.filter(({ keys, found }) => keys > found + 5)).toEqual([]);
});
