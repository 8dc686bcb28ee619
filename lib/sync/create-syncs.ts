import { Types } from 'mongoose';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import type { EventHub } from '../event-hub.js';
import { recoverStaleness } from '../monitoring/staleness-episode.js';
import type { IncidentSignals } from '../incidents/incident-signals.js';
import type { OperationParts } from '../operations/log-operation.js';
import type { JobData, JobDefinition, JobQueue } from '../types/job-queue.js';
import type { LoggerLike } from '../types/logger.js';
import type { SyncSettings } from '../types/sync-settings.js';
import { createItemListeners, type ItemListeners } from './item-listeners.js';
import { createBatchStore } from './items/batch-store.js';
import { createDrain } from './items/drain.js';
import { createDrainWaker } from './items/drain-waker.js';
import { createFreshBatches } from './items/fresh-batches.js';
import { createItemWriter } from './items/item-writer.js';
import type { FailedItem } from './items/store-batch.js';
import { syncJobs } from './job-names.js';
import { createMissingItems } from './missing/create-missing-items.js';
import { settleOlderFailures } from './older-failures/settle-older-failures.js';
import { createSyncOperators, type SyncOperators } from './operators/create-sync-operators.js';
import { createCheckpointValues } from './runs/checkpoint-values.js';
import { createRunDriver } from './runs/drive-run.js';
import { markSynced } from './runs/mark-synced.js';
import { progressOf } from './runs/progress.js';
import { createRunAnnouncer } from './runs/run-events.js';
import { createRunItems } from './runs/run-totals.js';
import { createRunLog } from './runs/run-log.js';
import { createRunStore } from './runs/run-store.js';
import { createSyncService, type SyncPlanner, type SyncService } from './runs/sync-service.js';
import { waitForRun, type WaitParts } from './runs/wait-for-run.js';
import { createSchedule } from './schedule/create-schedule.js';

export interface SyncsParts {
  readonly models: IntegrationModels;
  readonly registry: ProviderRegistry;
  readonly operations: OperationParts;
  readonly sealer: BoundSealer;
  readonly incidents: IncidentSignals;
  readonly settings: SyncSettings;
  readonly events: EventHub;
  readonly logger: LoggerLike;
  readonly queue: JobQueue;
  readonly worker: WaitParts['worker'];
}

/** What applications do with syncs. */
export interface SyncServices extends SyncService, Pick<ItemListeners, 'onSyncItem'> {
  /** What operators do with them. */
  readonly syncs: SyncOperators & SyncPlanner;
}

/** The syncs of one instance. */
export interface Syncs {
  readonly services: SyncServices;
  readonly definitions: readonly JobDefinition[];
  /** Behind the methods of documents. */
  readonly documents: {
    markSynced(integration: IntegrationDocument, at?: Date): Promise<void>;
    pendingItems(integration: IntegrationDocument): Promise<number>;
  } & Pick<SyncService, 'syncNow'>;
}

export function createSyncs(parts: SyncsParts): Syncs {
  const shared = createShared(parts);
  const listeners = createItemListeners();
  const { plan, ...service } = createSyncService({ ...parts, ...shared });
  const schedule = createSchedule({
    ...parts,
    ...shared,
    runs: shared.store,
    jobs: parts.queue,
    listensTo: listeners.hasAny,
  });
  const missing = createMissingItems(parts);
  const operators = createSyncOperators({
    ...parts,
    ...shared,
    schedule,
    missing,
    runs: shared.store,
    jobs: parts.queue,
    waitFor: (runId, options) => waitForRun({ ...parts, ...shared }, runId, options),
  });
  return {
    services: { ...service, onSyncItem: listeners.onSyncItem, syncs: { ...operators, plan } },
    // Where nothing handles items, nothing is listed: what nobody wants would cost calls, and wait for a listener.
    definitions: [
      recurring(parts.settings, schedule.tick),
      ...runJobs(parts, shared, missing),
      drainJob(parts, shared, listeners),
    ].map((definition) => ({ ...definition, isWanted: () => listeners.hasAny() })),
    documents: { syncNow: service.syncNow, ...documentSyncs(parts, shared) },
  };
}

type Shared = ReturnType<typeof createShared>;

function documentSyncs(
  { models, registry, settings, events }: SyncsParts,
  shared: Shared,
): Omit<Syncs['documents'], 'syncNow'> {
  const marking = { model: models.Integration, registry, settings, events, recoverStaleness: shared.recover };
  return {
    markSynced: (integration, at) => markSynced(marking, integration, at),
    pendingItems: ({ _id: integrationId }) =>
      models.IntegrationSyncItem.find({ integrationId }).inFlight().read('primary').countDocuments(),
  };
}

function createShared({ models, settings, events, incidents, queue, logger }: SyncsParts) {
  const leaseMs = settings.leaseSeconds * 1_000;
  const store = createRunStore({
    model: models.IntegrationSyncRun,
    leaseMs,
    deferWindowMs: settings.deferWindowSeconds * 1_000,
  });
  const batches = createBatchStore({ models, leaseMs });
  const items = createRunItems(models.IntegrationSyncItem);
  return {
    ...{ leaseMs, store, batches, items },
    fresh: createFreshBatches(),
    waker: createDrainWaker({ queue, logger }),
    progressOf: (runId: Types.ObjectId) => progressOf({ store, batches, items }, runId),
    recover: (integration: IntegrationDocument) =>
      recoverStaleness({ model: models.Integration, events, incidents }, integration),
  };
}

function recurring({ tickSeconds }: SyncSettings, tick: (signal: AbortSignal) => Promise<void>): JobDefinition {
  return {
    name: syncJobs.due,
    concurrency: 1,
    everySeconds: tickSeconds,
    isDueAtOnce: true,
    run: (_data, { signal }) => tick(signal),
  };
}

/** In one process: they wait for the other API most of the time. */
const listingsAtOnce = 5;
const settlementsAtOnce = 2;

function runJobs(parts: SyncsParts, shared: Shared, missing: ReturnType<typeof createMissingItems>): JobDefinition[] {
  const { models, operations, settings, events } = parts;
  const { store } = shared;
  const drive = createRunDriver({
    ...parts,
    ...shared,
    log: createRunLog(operations),
    checkpoints: createCheckpointValues(models.IntegrationSyncItem),
    announcer: createRunAnnouncer({ events, recoverStaleness: shared.recover }),
    missing,
    settleOlderFailures: (run) => settleOlderFailures(parts, run),
    openWriter(listing, integration) {
      const onFailed = ({ item, error }: FailedItem): void => {
        events.emit('syncItemFailed', () => ({ integration, item: models.IntegrationSyncItem.hydrate(item), error }));
      };
      return createItemWriter({ ...parts, ...shared, reopen: store.reopen, onFailed }, listing);
    },
    settings,
  });
  const run: JobDefinition['run'] = (data, { signal }) => drive(runIdIn(data), signal);
  return [
    { name: syncJobs.run, concurrency: listingsAtOnce, run },
    { name: syncJobs.settle, concurrency: settlementsAtOnce, run },
  ];
}

function drainJob(parts: SyncsParts, shared: Shared, listeners: ItemListeners): JobDefinition {
  const { operations, queue, settings } = parts;
  const drain = createDrain({
    ...parts,
    ...shared,
    listeners,
    ...{ toStoredError: operations.toStoredError, knownSecrets: operations.knownSecrets },
    async onDrained(runId) {
      const run = await shared.store.find(runId);
      if (run === null || run.phase === 'listing' || run.phase === 'settled') return;
      await queue.enqueue(syncJobs.settle, { runId: runId.toHexString() }, { unlessWaiting: true });
    },
  });
  return {
    name: syncJobs.drain,
    concurrency: settings.slots,
    run: (data, { signal }) => drain(runIdIn(data), signal),
  };
}

function runIdIn({ runId }: JobData): Types.ObjectId {
  return new Types.ObjectId(runId);
}
