import { randomUUID } from 'node:crypto';
import type { Types } from 'mongoose';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import type { BoundSealer } from '../../credentials/bound-sealer.js';
import type { EventHub } from '../../event-hub.js';
import type { LoggerLike } from '../../types/logger.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import type { ItemListeners } from '../item-listeners.js';
import type { ClaimedBatch } from './batch.js';
import type { RunStore } from '../runs/run-store.js';
import type { BatchStore } from './batch-store.js';
import type { DrainWaker } from './drain-waker.js';
import type { FreshBatches } from './fresh-batches.js';
import { createFormerItems } from './former-items.js';
import { createIntegrationViews } from './integration-views.js';
import { createItemAcks } from './item-acks.js';
import { itemCollections, type ItemModels } from './item-collections.js';
import { workOnBatch, type BatchWorkParts, type WorkLimits } from './work-on-batch.js';

export interface DrainParts {
  readonly models: ItemModels;
  readonly store: Pick<RunStore, 'find'>;
  readonly batches: BatchStore;
  readonly fresh: FreshBatches;
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly listeners: Pick<ItemListeners, 'of'>;
  readonly sealer: BoundSealer;
  readonly waker: DrainWaker;
  readonly settings: SyncSettings;
  readonly events: Pick<EventHub, 'emit'>;
  readonly logger: LoggerLike;
  readonly toStoredError: (error: unknown, knownSecrets: readonly string[]) => StoredError;
  /** Never rejects. */
  readonly knownSecrets: (integration: IntegrationDocument) => Promise<readonly string[]>;
  /** Called when no batch of the run is left; more than once, and by several processes. */
  readonly onDrained: (runId: Types.ObjectId) => Promise<void>;
  /** How long listeners may take to end when the process stops, in milliseconds; default 5,000. */
  readonly graceMs?: number;
}

/** Then it makes room for other runs. */
const longestMs = 15_000;
const mostItems = 10_000;
const defaultGraceMs = 5_000;

/** The body of the job that handles items: of one run, for a while. Many of them work side by side. */
export function createDrain(parts: DrainParts): (runId: Types.ObjectId, signal: AbortSignal) => Promise<void> {
  const { batches, waker } = parts;
  const work = batchWorkParts(parts);
  const former = createFormerItems({ ...parts, items: work.items });
  // One at a time: a poison item would take the same innocent neighbours with it over and over.
  let isCareful = false;

  async function next(runId: Types.ObjectId): Promise<ClaimedBatch | null> {
    for (;;) {
      const batch = await batches.claim(runId, randomUUID(), { skipCareful: isCareful });
      // A second one, claimed while the first one was: somebody else has it.
      if (batch?.isCareful !== true || !isCareful) return batch;
      await batches.release(batch, { ...batch, afterMs: 0 });
    }
  }

  async function handle(batch: ClaimedBatch, limits: WorkLimits): Promise<void> {
    const view = await work.views(batch.run.integrationId);
    if (view !== null && (await former.giveUp(batch, view.integration))) return;
    if (!batch.isCareful) return workOnBatch(work, batch, limits);
    isCareful = true;
    try {
      await workOnBatch(work, batch, limits);
    } finally {
      isCareful = false;
    }
  }

  return async (runId, signal) => {
    const limits = limitsOf(signal);
    for (let claimed = 0; !signal.aborted; claimed += 1) {
      const batch = await next(runId);
      if (batch === null) {
        if (!(await batches.hasAny(runId))) await parts.onDrained(runId);
        return;
      }
      // There may be more: a free slot of whichever process joins in.
      if (claimed === 0) waker.wake(runId);
      await handle(batch, limits);
      if (!limits.mayGoOn()) break;
    }
    if (await batches.hasDue(runId)) waker.wake(runId);
    else if (!(await batches.hasAny(runId))) await parts.onDrained(runId);
    await waker.idle();
  };
}

function limitsOf(signal: AbortSignal): WorkLimits {
  const until = performance.now() + longestMs;
  let items = 0;
  return {
    signal,
    mayGoOn: () => items < mostItems && performance.now() < until,
    onStart() {
      items += 1;
    },
  };
}

function batchWorkParts(parts: DrainParts): BatchWorkParts {
  const { models, events, graceMs = defaultGraceMs } = parts;
  const { items } = itemCollections(models);
  return {
    ...parts,
    items,
    graceMs,
    model: models.IntegrationSyncItem,
    acks: createItemAcks(items),
    views: createIntegrationViews({ ...parts, model: models.Integration }),
    onFailed(integration, item, error) {
      events.emit('syncItemFailed', () => ({ integration, item: models.IntegrationSyncItem.hydrate(item), error }));
    },
  };
}
