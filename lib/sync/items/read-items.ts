import type { Types } from 'mongoose';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { ItemCollections } from './item-collections.js';
import { whole } from './untouched.js';

/** Items of a batch, as many as came in one reply. */
export interface ItemPage {
  readonly items: readonly IntegrationSyncItemFields[];
  /** Asked for, and over: somebody else has handled them, or they were never stored. */
  readonly gone: readonly Types.ObjectId[];
  /** Not asked for yet: the reply was full. */
  readonly rest: readonly Types.ObjectId[];
}

const isOpen = { $in: ['pending', 'processing'] } as const;
const mostItems = 1_000;

/** Reads what is open of these items; of large ones no more than a reply holds, 16 MiB. */
export async function readItems(
  collection: ItemCollections['items'],
  ids: readonly Types.ObjectId[],
): Promise<ItemPage> {
  const cursor = collection.find(
    { _id: { $in: ids }, status: isOpen },
    { sort: { _id: 1 }, batchSize: mostItems, readPreference: 'primary' },
  );
  try {
    await cursor.hasNext();
    const items = cursor.readBufferedDocuments().map(whole);
    const hasMore = cursor.id?.isZero() === false;
    const last = items.at(-1)?._id.toHexString() ?? '';
    const isAsked = (id: Types.ObjectId) => !hasMore || id.toHexString() <= last;
    const found = new Set(items.map(({ _id }) => _id.toHexString()));
    const asked = ids.filter(isAsked);
    return {
      items,
      gone: asked.filter((id) => !found.has(id.toHexString())),
      rest: asked.length === ids.length ? [] : ids.filter((id) => !isAsked(id)),
    };
  } finally {
    await cursor.close();
  }
}
