import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import type { SyncOutcome } from '../../../schemas/integration-sync-run.js';
import { isIntegrationError } from '../../errors.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import type { BatchStore } from '../items/batch-store.js';
import { nextSyncAt } from '../schedule/next-sync-at.js';
import { advanceIntegration, type Advanced } from './advance-integration.js';
import type { SyncProvider } from './call-provider.js';
import type { CheckpointValues } from './checkpoint-values.js';
import { isOfFormerAccount } from './former-account.js';
import { nextCursor } from './next-cursor.js';
import type { SyncRun } from './run-collection.js';
import type { RunLease } from './run-lease.js';
import type { RunAnnouncer } from './run-events.js';
import { endOfLog } from './run-summary.js';
import type { RunLog } from './run-log.js';
import type { ClaimedRun, RunStore } from './run-store.js';
import type { RunItems, RunTotals } from './run-totals.js';

export interface SettleParts {
  readonly models: Pick<IntegrationModels, 'Integration'>;
  readonly store: Pick<RunStore, 'settle'>;
  readonly batches: Pick<BatchStore, 'hasAny' | 'requeue'>;
  readonly items: RunItems;
  readonly checkpoints: CheckpointValues;
  readonly log: RunLog;
  readonly announcer: RunAnnouncer;
  readonly settings: Pick<SyncSettings, 'jitter'>;
  /** What this run means for failures of earlier ones. */
  readonly settleOlderFailures: (run: SyncRun) => Promise<unknown>;
  /** What it says about what is there, and what is gone. */
  readonly missing: {
    noteSeen(run: SyncRun): Promise<unknown>;
    findMissing(run: SyncRun): Promise<unknown>;
  };
}

/** A run to be settled, and whose it is. */
export interface EndingRun {
  readonly run: ClaimedRun;
  readonly provider: SyncProvider;
  readonly integration: IntegrationDocument;
  readonly toStoredError: (error: unknown) => StoredError;
}

/** `open`: it has items that have not come to their end. `lost`: somebody else settles it. */
export type Settlement = 'settled' | 'open' | 'lost';

/**
 * Ends a run whose items have all come to their end. Each step can be the last one of a process that dies, and can be
 * repeated by the next one without harm; only whoever takes the last step tells of it.
 */
export async function settleRun(
  parts: SettleParts,
  ending: EndingRun,
  lease: Pick<RunLease, 'assertHeld'>,
): Promise<Settlement> {
  const { run } = ending;
  const totals = await parts.items.totals(run._id);
  if (totals.open > 0) {
    await requeueStray(parts, run);
    return 'open';
  }
  const counted: SyncRun = { ...run, listed: totals.listed };
  await parts.settleOlderFailures(counted);
  const { cursor, error } = await cursorOf(parts, ending, totals);
  const judged = outcomeOf(totals, error);
  // What follows must not undo what another process has made of items that were retried meanwhile.
  await lease.assertHeld();
  const advanced = await advance(parts, ending, judged, cursor);
  if (advanced === null) return 'lost';
  const { integration } = advanced;
  const isFormer = isOfFormerAccount(run, integration);
  const outcome = isFormer ? 'cancelled' : judged;
  const announceLog = await parts.log.close(integration, run._id, endOfLog(counted, totals, { outcome, error }));
  if (!isFormer) {
    await parts.missing.noteSeen(counted);
    await parts.missing.findMissing({ ...counted, outcome });
  }
  const left = advanced.hasMoved ? cursor : null;
  const settled = await parts.store.settle(run, { ...totals, outcome, nextCursor: left ?? run.nextCursor });
  if (settled === null) return 'lost';
  await parts.announcer.announce(settled, integration, { cursor: left, announceLog });
  return 'settled';
}

/** By somebody who died in between: no item is ever without a batch while it is open, but for that. */
async function requeueStray({ batches, items }: SettleParts, run: ClaimedRun): Promise<void> {
  // Somebody works on them: an operator retries them, say.
  if (await batches.hasAny(run._id)) return;
  await batches.requeue(run, await items.open(run._id, strayAtOnce), (ids) => Promise.resolve(ids));
}

const strayAtOnce = 10_000;

async function cursorOf(
  { checkpoints }: SettleParts,
  { run, provider, toStoredError }: EndingRun,
  { failed }: RunTotals,
): Promise<{ readonly cursor: unknown; readonly error: StoredError | null }> {
  try {
    return { cursor: await nextCursor(checkpoints, provider, { ...run, failed }), error: run.listingError };
  } catch (error) {
    // Of the provider's making: without a cursor nothing would ever be listed but the same.
    if (isIntegrationError(error)) return { cursor: null, error: run.listingError ?? toStoredError(error) };
    throw error;
  }
}

type Outcome = Exclude<SyncOutcome, 'cancelled'>;

function outcomeOf({ succeeded, failed, skipped }: RunTotals, error: StoredError | null): Outcome {
  if (error !== null) return 'failed';
  if (failed === 0) return 'success';
  return succeeded + skipped > 0 ? 'partial' : 'failed';
}

function advance(
  { models, settings }: SettleParts,
  { run, provider }: EndingRun,
  outcome: Outcome,
  cursor: unknown,
): Promise<Advanced | null> {
  // When the run was claimed, by the server's clock.
  const now = run.updatedAt;
  return advanceIntegration(models.Integration, {
    ...{ run, outcome, cursor, now },
    nextSyncAt: (integration) => nextSyncAt({ integration, provider, settings, now }),
  });
}
