import type { StoredError } from '../../../schemas/integration-request.js';
import { durableWrite } from '../../durable-write.js';
import { duplicateKeyCode } from '../../failures/duplicate-key.js';
import { commitVerdict, type CommitVerdict, type Refusal } from '../../request-log/commit-verdict.js';
import { insertCommand } from './insert-command.js';
import type { ItemCollections } from './item-collections.js';
import { insertOptions } from './item-payload.js';
import { refusedByServer, unstorable, type NewItem } from './new-item.js';
import { persevere } from '../../persevere.js';

/** What became of items, as far as they were not simply stored. */
export interface Insertion {
  /** Not stored: the run has an item of that event and external id. */
  readonly duplicates: readonly NewItem[];
  /** Stored without their contents, which the server does not take: they have failed. */
  readonly failed: readonly NewItem[];
}

export interface InsertionParts {
  readonly items: ItemCollections['items'];
  readonly toStoredError: (error: unknown) => StoredError;
}

const options = { ...durableWrite, ...insertOptions } as const;
const stored: CommitVerdict = { kind: 'refusals', refusals: new Map() };

/**
 * Stores items, with few round trips as a rule, however bad some of them are. Rejects where the server takes none at
 * all; some may be stored then.
 */
export async function insertItems(parts: InsertionParts, batch: readonly NewItem[]): Promise<Insertion> {
  const verdict = await tryInsert(parts, batch);
  if (verdict.kind === 'refusals') return settleRefusals(parts, batch, verdict.refusals);
  if (batch.length === 1) return joined(await Promise.all(batch.map((item) => insertUnstorable(parts, item))));
  // Because of one of them: halves find out which one.
  const middle = batch.length >> 1;
  const first = await insertItems(parts, batch.slice(0, middle));
  return joined([first, await insertItems(parts, batch.slice(middle))]);
}

/** Sends the same items again while nobody knows what became of them: by their ids they are stored once. */
async function tryInsert({ items }: InsertionParts, batch: readonly NewItem[]): Promise<CommitVerdict> {
  try {
    await persevere(() => insertCommand(items, batch), { count: batch.length });
    return stored;
  } catch (error) {
    const verdict = commitVerdict(error, batch.length);
    if (verdict.kind === 'uncertain') throw error;
    return verdict;
  }
}

async function settleRefusals(
  parts: InsertionParts,
  batch: readonly NewItem[],
  refusals: ReadonlyMap<number, Refusal>,
): Promise<Insertion> {
  const refused = batch.filter((_item, index) => refusals.get(index)?.code !== duplicateKeyCode && refusals.has(index));
  const failed = await Promise.all(refused.map((item) => insertUnstorable(parts, item)));
  return joined([
    { duplicates: batch.filter((_item, index) => isDuplicate(refusals.get(index))), failed: [] },
    ...failed,
  ]);
}

/** Of our own earlier try it is one by its `_id`: that one is stored. */
function isDuplicate(refusal: Refusal | undefined): boolean {
  return refusal?.code === duplicateKeyCode && refusal.duplicateOf !== '_id_';
}

/** Rejects where it is not the contents that the server minds. */
async function insertUnstorable({ items, toStoredError }: InsertionParts, item: NewItem): Promise<Insertion> {
  const bare = unstorable(item, toStoredError(refusedByServer()));
  try {
    await persevere(() => items.insertOne(bare, options));
    return { duplicates: [], failed: [bare] };
  } catch (error) {
    const verdict = commitVerdict(error, 1);
    const refusal = verdict.kind === 'refusals' ? verdict.refusals.get(0) : undefined;
    if (refusal?.code !== duplicateKeyCode) throw error;
    return isDuplicate(refusal) ? { duplicates: [item], failed: [] } : { duplicates: [], failed: [bare] };
  }
}

function joined(parts: readonly Insertion[]): Insertion {
  return { duplicates: parts.flatMap(({ duplicates }) => duplicates), failed: parts.flatMap(({ failed }) => failed) };
}
