import type { HasScheduledSync } from '../../../providers/contracts.js';
import { IntegrationError, isIntegrationError } from '../../errors.js';
import type { CheckpointLimit, CheckpointValues } from './checkpoint-values.js';
import { isFoldable, isMax } from './reduce-checkpoints.js';
import type { SyncRun } from './run-collection.js';
import { storable } from './storable.js';

/** What the cursor of a run is made of. */
export type CursorRules = Pick<HasScheduledSync<object, object>, 'reduceCheckpoints' | 'checkpointOrder'>;

/** How a run went, as far as the cursor goes by it. */
export type CursorFacts = Pick<SyncRun, '_id' | 'hasCheckpoints' | 'listingError'> & { readonly failed: number };

const chunkSize = 10_000;

/**
 * The cursor that a run has come to; null: it leaves the cursor as it was. It never passes an item that is neither done
 * nor skipped, listed or not: by default it stays where it was if there is one. Where the provider lists in ascending
 * order, it goes up to just before the first such item.
 *
 * @throws IntegrationError `SYNC_CHECKPOINTS_INVALID`, or what `reduceCheckpoints` throws of this package's errors
 */
export async function nextCursor(values: CheckpointValues, rules: CursorRules, run: CursorFacts): Promise<unknown> {
  if (!run.hasCheckpoints) return null;
  const limit = await limitOf(values, rules, run);
  if (limit === null) return null;
  if (isMax(rules.reduceCheckpoints)) return reduceAny(rules, await values.greatest(run._id, limit));
  const chunks = values.resolved(run._id, limit, chunkSize);
  return isFoldable(rules.reduceCheckpoints) ? fold(rules, chunks) : reduceAll(rules, chunks);
}

async function limitOf(
  values: CheckpointValues,
  { checkpointOrder }: CursorRules,
  { _id, failed, listingError }: CursorFacts,
): Promise<CheckpointLimit | null> {
  if (failed === 0 && listingError === null) return {};
  return checkpointOrder === 'ascending' ? values.beforeUnresolved(_id) : null;
}

async function fold(rules: CursorRules, chunks: AsyncIterable<readonly unknown[]>): Promise<unknown> {
  let cursor: unknown = null;
  for await (const chunk of chunks) cursor = await reduced(rules, cursor === null ? chunk : [cursor, ...chunk]);
  return cursor;
}

async function reduceAll(rules: CursorRules, chunks: AsyncIterable<readonly unknown[]>): Promise<unknown> {
  const all: unknown[] = [];
  for await (const chunk of chunks) for (const value of chunk) all.push(value);
  return reduceAny(rules, all);
}

async function reduceAny(rules: CursorRules, values: readonly unknown[]): Promise<unknown> {
  return values.length === 0 ? null : reduced(rules, values);
}

async function reduced(rules: CursorRules, values: readonly unknown[]): Promise<unknown> {
  try {
    // A provider in JavaScript may answer with a promise.
    const cursor: unknown = await rules.reduceCheckpoints(values);
    return storable(cursor, 'What reduceCheckpoints() gave', 'SYNC_CHECKPOINTS_INVALID');
  } catch (cause) {
    if (isIntegrationError(cause)) throw cause;
    throw new IntegrationError('SYNC_CHECKPOINTS_INVALID', 'reduceCheckpoints() threw.', { cause });
  }
}
