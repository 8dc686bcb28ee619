import { randomUUID } from 'node:crypto';
import type { Types } from 'mongoose';
import { hasScheduledSync } from '../../../providers/capabilities.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import { moment, type Moment } from '../../idempotency/lease.js';
import type { OperationParts } from '../../operations/log-operation.js';
import type { JobQueue } from '../../types/job-queue.js';
import type { BatchStore } from '../items/batch-store.js';
import { syncJobs } from '../job-names.js';
import { createIdleRuns, type IdleRunParts } from './idle-run.js';
import { createListings, type ListingsParts } from './listings.js';
import { keepRunLease } from './run-lease.js';
import type { RunLog } from './run-log.js';
import type { ClaimedRun, RunStore } from './run-store.js';
import type { RunItems } from './run-totals.js';
import { settleRun, type EndingRun, type SettleParts } from './settle-run.js';

export interface RunDriverParts extends ListingsParts, SettleParts, IdleRunParts {
  readonly models: Pick<IntegrationModels, 'Integration'> & IdleRunParts['models'];
  readonly store: RunStore;
  readonly batches: BatchStore;
  readonly items: RunItems;
  readonly log: RunLog;
  readonly queue: JobQueue;
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly operations: OperationParts;
  readonly leaseMs: number;
}

/** Does what there is to do for a run now: lists, settles, or has its items handled. The body of a job. */
export type DriveRun = (runId: Types.ObjectId, signal: AbortSignal) => Promise<void>;

/** The database is away, or something in it is not as it should be. */
const troubleMs = 5_000;

export function createRunDriver(parts: RunDriverParts): DriveRun {
  const { store, batches } = parts;
  const listings = createListings(parts);
  const idle = createIdleRuns(parts);

  async function drive(runId: Types.ObjectId, signal: AbortSignal): Promise<void> {
    // After the listing the run may be over already.
    for (let goesOn = true; goesOn && !signal.aborted;) goesOn = await step(runId, signal);
  }

  /** Whether there may be something else to do. */
  async function step(runId: Types.ObjectId, signal: AbortSignal): Promise<boolean> {
    const seen = await store.find(runId);
    if (seen === null || seen.phase === 'settled') return false;
    if (seen.phase !== 'listing' && (await batches.hasAny(runId))) {
      await wakeDrains(parts, runId);
      return false;
    }
    const since = moment();
    const run = await store.claim(runId, randomUUID());
    if (run === null) return false;
    try {
      return await goOn(run, since, signal);
    } catch (error) {
      await store.release(run, troubleMs).catch(() => undefined);
      throw error;
    }
  }

  async function goOn(run: ClaimedRun, since: Moment, signal: AbortSignal): Promise<boolean> {
    const ending = await whoseRun(parts, run, (why) => idle.leave(run, why));
    if (ending === null) return false;
    if (run.phase === 'listing') return listings.list(ending, since, signal);
    await settle(parts, ending, since, signal);
    return false;
  }

  return drive;
}

async function settle(parts: RunDriverParts, ending: EndingRun, since: Moment, signal: AbortSignal): Promise<void> {
  const { run } = ending;
  const lease = keepRunLease({ ...parts, run, since, signal });
  try {
    if ((await settleRun(parts, ending, lease)) !== 'open') return;
  } finally {
    lease.stop();
  }
  await parts.store.release(run, 0);
  await wakeDrains(parts, run._id);
}

async function wakeDrains({ batches, queue }: RunDriverParts, runId: Types.ObjectId): Promise<void> {
  if (!(await batches.hasDue(runId))) return;
  await queue.enqueue(syncJobs.drain, { runId: runId.toHexString() }, { unlessWaiting: true });
}

type Leave = ReturnType<typeof createIdleRuns>['leave'];

/** The run with its integration and its provider; null where one is missing or switched off, and it was left. */
async function whoseRun(
  { models, registry, operations }: RunDriverParts,
  run: ClaimedRun,
  leave: (why: Parameters<Leave>[1]) => Promise<void>,
): Promise<EndingRun | null> {
  const integration = await models.Integration.findOne({ _id: run.integrationId }).read('primary');
  if (integration === null) {
    await leave({ integration, reason: 'The integration is gone.' });
    return null;
  }
  const provider = registry.find(run.provider)?.provider ?? null;
  if (provider === null || !hasScheduledSync(provider)) {
    await leave({ integration, reason: 'No process knows a provider that syncs it.', isOurs: true });
    return null;
  }
  if (!integration.isActive && run.phase === 'listing') {
    await leave({ integration, reason: 'The integration is switched off.' });
    return null;
  }
  const knownSecrets = await operations.knownSecrets(integration);
  const toStoredError = (error: unknown) => operations.toStoredError(error, knownSecrets);
  return { run, integration, provider, toStoredError };
}
