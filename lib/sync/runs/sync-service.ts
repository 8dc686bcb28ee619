import { hasScheduledSync } from '../../../providers/capabilities.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import { requireCapability } from '../../../providers/require-capability.js';
import type { IntegrationDocument, IntegrationModel } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import { storedIntegration } from '../../integration-store/integration-document.js';
import type { JobQueue } from '../../types/job-queue.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import type { SyncNowOptions, StartedSync } from '../../types/sync-now.js';
import type { SyncResult } from '../../types/sync-result.js';
import { syncJobs } from '../job-names.js';
import type { SyncRun } from './run-collection.js';
import type { RunStore } from './run-store.js';
import { waitForRun, type WaitOptions, type WaitParts } from './wait-for-run.js';

/** Options of a sync that is not waited for. */
export interface StartSyncOptions extends SyncNowOptions {
  readonly wait?: false;
}

/** Options of a sync that is waited for. */
export interface AwaitSyncOptions extends SyncNowOptions, WaitOptions {
  readonly wait: true;
}

/** Syncs that somebody asks for. */
export interface SyncService {
  /**
   * Begins a sync and waits for its end; joins the one that is under way. An instance that was not started runs the
   * jobs meanwhile.
   *
   * @throws IntegrationError what the listing failed with, under its code or `SYNC_FAILED`; `SYNC_CANCELLED`,
   *   `CALL_ABORTED`, `INSTANCE_STOPPED`, and as `syncNow` does
   */
  sync(target: IdOrDocument, options: AwaitSyncOptions): Promise<SyncResult>;
  /** Begins a sync; see `syncNow`. */
  sync(target: IdOrDocument, options?: StartSyncOptions): Promise<{ readonly runId: string }>;
  /**
   * Begins a sync, whenever the next one is due, also of an integration that is paused. Where one is under way already,
   * it is that one.
   *
   * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `PROVIDER_UNKNOWN`, `CAPABILITY_MISSING`, `SYNC_CANCELLED` for
   *   one that is switched off, `SYNC_ALREADY_RUNNING` where a full one is asked for and another one is under way
   */
  syncNow(target: IdOrDocument, options?: SyncNowOptions): Promise<StartedSync>;
}

/** What operators can ask before they begin a sync. */
export interface SyncPlanner {
  /**
   * What `syncNow()` would do, and writes nothing; the id of the run that it would join, or null: it would begin one.
   *
   * @throws IntegrationError as `syncNow` does
   */
  plan(target: IdOrDocument, options?: SyncNowOptions): Promise<{ readonly joins: string | null }>;
}

export interface SyncServiceParts extends WaitParts {
  readonly models: WaitParts['models'] & { readonly Integration: IntegrationModel };
  readonly store: Pick<RunStore, 'begin' | 'find' | 'findOpen'>;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly queue: JobQueue;
}

export function createSyncService(parts: SyncServiceParts): SyncService & SyncPlanner {
  const { models, store, registry, queue } = parts;

  async function syncable(target: IdOrDocument): Promise<IntegrationDocument> {
    const integration = await storedIntegration(models.Integration, target);
    requireCapability(registry.get(integration.provider), 'HasScheduledSync', hasScheduledSync);
    if (!integration.isActive) throw switchedOff(integration);
    return integration;
  }

  async function begin(target: IdOrDocument, { full = false }: SyncNowOptions) {
    const order = { mode: full ? 'full' : 'incremental', trigger: 'manual' } as const;
    const begun = await store.begin(await syncable(target), order);
    const runId = runIdFor(begun.run, full);
    await queue.enqueue(syncJobs.run, { runId }, { unlessWaiting: true });
    return begun;
  }

  function sync(target: IdOrDocument, options: AwaitSyncOptions): Promise<SyncResult>;
  function sync(target: IdOrDocument, options?: StartSyncOptions): Promise<{ readonly runId: string }>;
  async function sync(target: IdOrDocument, options: AwaitSyncOptions | StartSyncOptions = {}) {
    const { run } = await begin(target, options);
    return options.wait === true ? waitForRun(parts, run._id, options) : { runId: run._id.toHexString() };
  }

  return {
    sync,
    async syncNow(target, options = {}) {
      const { run, isNew } = await begin(target, options);
      return { runId: run._id.toHexString(), isNew };
    },
    async plan(target, { full = false } = {}) {
      const run = await store.findOpen((await syncable(target))._id);
      return { joins: run && runIdFor(run, full) };
    },
  };
}

/** @throws IntegrationError `SYNC_ALREADY_RUNNING` */
function runIdFor({ _id, mode }: Pick<SyncRun, '_id' | 'mode'>, full: boolean): string {
  const runId = _id.toHexString();
  if (full && mode !== 'full') throw alreadyRunning(runId);
  return runId;
}

function switchedOff({ _id }: IntegrationDocument): IntegrationError {
  const integrationId = _id.toHexString();
  return new IntegrationError('SYNC_CANCELLED', `The integration ${integrationId} is switched off.`, {
    details: { integrationId },
  });
}

function alreadyRunning(runId: string): IntegrationError {
  return new IntegrationError('SYNC_ALREADY_RUNNING', `The sync ${runId} is under way, and is no full one.`, {
    details: { runId },
  });
}
