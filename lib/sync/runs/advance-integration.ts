import { isDeepStrictEqual } from 'node:util';
import type { IntegrationDocument, IntegrationFields, IntegrationModel } from '../../../schemas/integration.js';
import type { SyncOutcome } from '../../../schemas/integration-sync-run.js';
import { durableWrite } from '../../durable-write.js';
import { integrationCollection } from '../../integration-store/integration-collection.js';
import { primary } from '../../primary.js';
import { compareCheckpoints } from './compare-checkpoints.js';
import { isOfFormerAccount } from './former-account.js';
import type { SyncRun } from './run-collection.js';

/** What a run that ends means for its integration. */
export interface Advance {
  readonly run: Pick<SyncRun, '_id' | 'integrationId' | 'isExclusive' | 'cursor' | 'nextCursor' | 'createdAt'>;
  readonly outcome: Exclude<SyncOutcome, 'cancelled'>;
  /** The cursor that the run has come to; null: none. */
  readonly cursor: unknown;
  /** The server's time. */
  readonly now: Date;
  /** When the next sync is due, by the fields as they will be. */
  readonly nextSyncAt: (integration: IntegrationFields) => Date | null;
}

/** What was made of it. */
export interface Advanced {
  readonly integration: IntegrationDocument;
  /** Whether the cursor is now that of the run. */
  readonly hasMoved: boolean;
}

/** What the decision rests on: where any of it has changed since, it is made again. */
const seenFields = [
  ...(['syncCursor', 'lastSyncRunId', 'consecutiveSyncFailures', 'lastSyncedAt', 'healthStatus'] as const),
  ...(['syncIntervalMinutes', 'syncCron', 'syncTimeZone', 'accountChangedAt'] as const),
];
const tries = 100;

/**
 * Moves the cursor of an integration, never back, and its schedule, always; neither for a run of the account that was
 * connected before. It is one write, which counts nothing twice when it is repeated.
 *
 * @returns Null: the integration is gone.
 */
export async function advanceIntegration(model: IntegrationModel, advance: Advance): Promise<Advanced | null> {
  const collection = integrationCollection(model);
  const { integrationId: _id } = advance.run;
  for (let tried = 1; tried <= tries; tried += 1) {
    const seen = await collection.findOne({ _id }, primary);
    if (seen === null) return null;
    const unchanged = Object.fromEntries(seenFields.map((name) => [name, { $eq: seen[name] ?? null }]));
    const isFormer = isOfFormerAccount(advance.run, seen);
    const isLater = !isFormer && movesOn(seen, advance);
    const schedule = isFormer ? {} : scheduleAfter(seen, advance);
    const change = { ...(isLater && { syncCursor: advance.cursor }), ...schedule };
    const stored = await collection.findOneAndUpdate(
      { _id, ...unchanged },
      { $set: change, $currentDate: { updatedAt: true } },
      { ...durableWrite, returnDocument: 'after' },
    );
    const hasMoved = isLater || (!isFormer && isMoved(seen, advance));
    if (stored !== null) return { integration: model.hydrate(stored), hasMoved };
  }
  throw new Error('An integration was changed a hundred times while the end of its sync was to be stored.');
}

/** What a move of the cursor goes by. */
interface Move extends Pick<Advance, 'cursor'> {
  readonly run: Pick<Advance['run'], 'cursor' | 'nextCursor'>;
}

/** Whether the cursor goes from the stored one to that of the run. */
export function movesOn({ syncCursor }: Pick<IntegrationFields, 'syncCursor'>, { cursor, run }: Move): boolean {
  if (cursor === null) return false;
  if (syncCursor === null || syncCursor === undefined) return true;
  const order = compareCheckpoints(cursor, syncCursor);
  if (order !== null) return order > 0;
  // Nothing tells which is the later one: not over the head of another run.
  return isDeepStrictEqual(syncCursor, run.cursor) || isDeepStrictEqual(syncCursor, run.nextCursor);
}

/** By this very run, in a process that died before it could say so. */
function isMoved({ syncCursor, lastSyncRunId }: IntegrationFields, { cursor, run }: Advance): boolean {
  return cursor !== null && lastSyncRunId?.equals(run._id) === true && isDeepStrictEqual(syncCursor, cursor);
}

type SyncState = Pick<IntegrationFields, 'nextSyncAt' | 'lastSyncedAt' | 'consecutiveSyncFailures' | 'lastSyncRunId'>;

function scheduleAfter(seen: IntegrationFields, advance: Advance): Partial<SyncState> {
  const { run, outcome, now, nextSyncAt } = advance;
  const ofOutcome = {
    ...(outcome !== 'failed' && { consecutiveSyncFailures: 0 }),
    ...(outcome === 'success' && { lastSyncedAt: latest(seen.lastSyncedAt, now) }),
  };
  // Counted before, by somebody who died, or before items of it were retried.
  if (seen.lastSyncRunId?.equals(run._id) === true) return ofOutcome;
  // A later run has had its say.
  if (!run.isExclusive) return {};
  const counted = {
    ...ofOutcome,
    ...(outcome === 'failed' && { consecutiveSyncFailures: (seen.consecutiveSyncFailures || 0) + 1 }),
    lastSyncRunId: run._id,
  };
  return { ...counted, nextSyncAt: nextSyncAt({ ...seen, ...counted }) };
}

function latest(one: Date | null | undefined, other: Date): Date {
  return one instanceof Date && one > other ? one : other;
}
