import { Types } from 'mongoose';
import type { IntegrationSyncItemFields, SyncItemStatus } from '../../../schemas/integration-sync-item.js';
import { IntegrationError } from '../../errors.js';
import { integrationId, integrationNotFound } from '../../integration-store/integration-id.js';
import { primary } from '../../primary.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import type { ItemCollections } from '../items/item-collections.js';
import { itemIdOf, itemNotFound, runIdOf } from './ids.js';

/** Failed items: of a run, of an integration, or by their ids. */
export type FailedItemTarget =
  IdOrDocument | readonly IdOrDocument[] | { readonly runId: IdOrDocument } | { readonly integration: IdOrDocument };

/** Items of one run. */
export interface ItemGroup {
  readonly run: { readonly _id: Types.ObjectId; readonly integrationId: Types.ObjectId };
  readonly ids: readonly Types.ObjectId[];
}

type Row = Pick<IntegrationSyncItemFields, '_id' | 'integrationId' | 'syncLogId'>;
type Items = ItemCollections['items'];

const pageSize = 500;
const projection = { integrationId: 1, syncLogId: 1, sequence: 1, status: 1 } as const;

/**
 * The failed items that are meant, a few hundred at a time, run by run. What fails anew meanwhile is not found again.
 *
 * @param settled What else items that are named may be, without any harm.
 * @throws IntegrationError `SYNC_ITEM_NOT_FOUND`, `SYNC_ITEM_NOT_FAILED`, before anything is given
 */
export async function* failedItemGroups(
  items: Items,
  target: FailedItemTarget,
  settled: readonly SyncItemStatus[],
): AsyncGenerator<ItemGroup> {
  for await (const rows of failedRows(items, target, settled)) yield* groupedByRun(rows);
}

function failedRows(items: Items, target: FailedItemTarget, settled: readonly SyncItemStatus[]) {
  if (typeof target === 'string' || '_id' in target) return named(items, [itemIdOf(target)], settled);
  if ('runId' in target) return ofRun(items, runIdOf(target.runId));
  if ('integration' in target) return ofIntegration(items, target.integration);
  return named(items, target.map(itemIdOf), settled);
}

async function* ofRun(items: Items, syncLogId: Types.ObjectId): AsyncGenerator<Row[]> {
  for (let last = -1; ;) {
    const filter = { syncLogId, status: 'failed', sequence: { $gt: last } } as const;
    const page = await items
      .find(filter, { ...primary, projection })
      .sort({ sequence: 1 })
      .limit(pageSize)
      .toArray();
    yield page;
    const end = page.at(-1);
    if (end === undefined || page.length < pageSize) return;
    last = end.sequence;
  }
}

async function* ofIntegration(items: Items, target: IdOrDocument): AsyncGenerator<Row[]> {
  const integration = integrationId(target);
  if (integration === null) throw integrationNotFound(target);
  for (let last = new Types.ObjectId('000000000000000000000000'); ;) {
    const filter = { integrationId: integration, status: 'failed', _id: { $gt: last } } as const;
    const page = await items
      .find(filter, { ...primary, projection })
      .sort({ _id: 1 })
      .limit(pageSize)
      .toArray();
    yield page;
    const end = page.at(-1);
    if (end === undefined || page.length < pageSize) return;
    last = end._id;
  }
}

async function* named(
  items: Items,
  ids: readonly Types.ObjectId[],
  settled: readonly SyncItemStatus[],
): AsyncGenerator<Row[]> {
  const pages: Row[][] = [];
  for (let first = 0; first < ids.length; first += pageSize) {
    const some = ids.slice(first, first + pageSize);
    const found = await items
      .find({ _id: { $in: some } }, { ...primary, projection, batchSize: pageSize + 1 })
      .toArray();
    const known = new Set(found.map(({ _id }) => _id.toHexString()));
    const missing = some.find((id) => !known.has(id.toHexString()));
    if (missing !== undefined) throw itemNotFound(missing);
    for (const { _id, status } of found) {
      if (status !== 'failed' && !settled.includes(status)) throw notFailed(_id, status);
    }
    pages.push(found.filter(({ status }) => status === 'failed'));
  }
  yield* pages;
}

function notFailed(_id: Types.ObjectId, status: SyncItemStatus): IntegrationError<'SYNC_ITEM_NOT_FAILED'> {
  const itemId = _id.toHexString();
  return new IntegrationError('SYNC_ITEM_NOT_FAILED', `The sync item ${itemId} is not failed, but ${status}.`, {
    details: { itemId, status },
  });
}

/** Rows of the same run, together. */
export function groupedByRun(rows: readonly Row[]): ItemGroup[] {
  const groups = new Map<string, { run: ItemGroup['run']; ids: Types.ObjectId[] }>();
  for (const { _id, integrationId: integration, syncLogId } of rows) {
    // Written by other means: there is no run that could take it up.
    if (syncLogId === null) continue;
    const key = syncLogId.toHexString();
    const group = groups.get(key) ?? { run: { _id: syncLogId, integrationId: integration }, ids: [] };
    groups.set(key, group);
    group.ids.push(_id);
  }
  return [...groups.values()];
}
