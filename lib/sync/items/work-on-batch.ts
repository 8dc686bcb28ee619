import type { IntegrationModels } from '../../../schemas/models.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { BoundSealer } from '../../credentials/bound-sealer.js';
import { keepLease, type Lease } from '../../idempotency/lease.js';
import type { LoggerLike } from '../../types/logger.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import type { ItemListeners } from '../item-listeners.js';
import type { RunningAttempt } from './attempt.js';
import type { ClaimedBatch } from './batch.js';
import type { BatchStore } from './batch-store.js';
import type { DrainWaker } from './drain-waker.js';
import type { FreshBatches } from './fresh-batches.js';
import type { IntegrationView, IntegrationViews } from './integration-views.js';
import type { ItemAcks, ItemResult } from './item-acks.js';
import type { ItemCollections } from './item-collections.js';
import { openPayload } from './item-payload.js';
import { createItemRunner, itemTimedOut, type ItemRunner } from './item-runner.js';
import { createLeftovers, type Leftovers } from './leftovers.js';
import { createPageWork } from './page-work.js';
import { readItems, type ItemPage } from './read-items.js';
import { createResultBuffer, type ResultBuffer } from '../../result-buffer.js';
import { createRunningAttempts, type RunningAttempts } from '../../running-attempts.js';
import { whole } from './untouched.js';
import { writeResults, type FailureObserver } from './write-results.js';

/** What the work on all batches of a process shares. */
export interface BatchWorkParts {
  readonly model: IntegrationModels['IntegrationSyncItem'];
  readonly items: ItemCollections['items'];
  readonly batches: BatchStore;
  readonly fresh: FreshBatches;
  readonly acks: ItemAcks;
  readonly views: IntegrationViews;
  readonly listeners: Pick<ItemListeners, 'of'>;
  readonly sealer: BoundSealer;
  readonly waker: DrainWaker;
  readonly settings: Pick<SyncSettings, 'leaseSeconds' | 'concurrency' | 'itemTimeoutSeconds'>;
  readonly toStoredError: (error: unknown, knownSecrets: readonly string[]) => StoredError;
  readonly onFailed: FailureObserver;
  readonly logger: Pick<LoggerLike, 'warn' | 'error'>;
  /** How long listeners may take to end when the process stops, in milliseconds. */
  readonly graceMs: number;
}

/** How long one drain works. */
export interface WorkLimits {
  /** Aborted when everything is to be handed back. */
  readonly signal: AbortSignal;
  readonly mayGoOn: () => boolean;
  readonly onStart: () => void;
}

/** How long the batches of an integration are put off that is switched off, deleted, or of no provider known here. */
const suspendedMs = 60_000;
/** How long a batch is left alone whose results could not be written. */
const troubleMs = 30_000;
/** How long a result waits for others at most, and after which an item shows that it is being worked on. */
const flushMs = 2_000;

/** A batch under work. */
interface Work {
  readonly parts: BatchWorkParts;
  readonly batch: ClaimedBatch;
  readonly limits: WorkLimits;
  readonly lease: Lease;
  readonly leftovers: Leftovers;
  readonly running: RunningAttempts<RunningAttempt>;
  readonly results: ResultBuffer<ItemResult>;
  readonly runner: ItemRunner;
  readonly now: () => number;
  /** Whether results cannot be written. */
  hasTrouble: boolean;
}

/**
 * Handles the items of a batch until it is done, the limits are reached or the lease is lost; writes what came of those
 * that have run in any case, and hands back the rest.
 */
export async function workOnBatch(parts: BatchWorkParts, batch: ClaimedBatch, limits: WorkLimits): Promise<void> {
  const view = await parts.views(batch.run.integrationId);
  if (view === null) {
    await parts.batches.release(batch, { ...batch, afterMs: suspendedMs });
    return;
  }
  const work = openWork(parts, batch, view, limits);
  const ticker = setInterval(() => tick(work), flushMs);
  let handingOver: Promise<void> = Promise.resolve();
  const stop = (): void => {
    work.running.stop(limits.signal.reason, parts.graceMs);
    if (!batch.isCareful) handingOver = handOver(work);
  };
  limits.signal.addEventListener('abort', stop, { once: true });
  let isThrough = false;
  try {
    isThrough = await workThrough(work);
  } finally {
    clearInterval(ticker);
    limits.signal.removeEventListener('abort', stop);
    await work.results.flush();
    await handingOver;
    work.lease.stop();
    await handBack(work, batch.isCareful && !isThrough);
  }
}

function openWork(parts: BatchWorkParts, batch: ClaimedBatch, view: IntegrationView, limits: WorkLimits): Work {
  const { integration, knownSecrets } = view;
  const leftovers = createLeftovers(batch.ids);
  const running = createRunningAttempts<RunningAttempt>(parts.settings.itemTimeoutSeconds * 1_000, itemTimedOut);
  const now = (): number => batch.claimedAt + performance.now() - batch.since.monotonic;
  const onTrouble = (): void => {
    work.hasTrouble = true;
  };
  const writer = { ...parts, leftovers, integration, onTrouble };
  const work: Work = {
    ...{ parts, batch, limits, leftovers, running, now },
    lease: keepLease({
      leaseMs: parts.settings.leaseSeconds * 1_000,
      since: batch.since,
      renew: () => parts.batches.renew(batch),
    }),
    results: createResultBuffer((results) => writeResults(writer, results)),
    runner: createItemRunner({
      attempts: attemptParts(parts, batch, view),
      rules: view.rules,
      running,
      listenersOf: parts.listeners.of,
      toStoredError: (error) => parts.toStoredError(error, knownSecrets),
      signal: limits.signal,
      now,
    }),
    hasTrouble: false,
  };
  return work;
}

function attemptParts({ sealer, model }: BatchWorkParts, { run }: ClaimedBatch, view: IntegrationView) {
  return {
    run,
    integration: view.integration,
    identity: view.identity,
    maxAttempts: view.rules.maxAttempts,
    openPayload: ({ _id, payload }: IntegrationSyncItemFields) => openPayload(sealer, _id, payload),
    hydrate: (item: IntegrationSyncItemFields) => model.hydrate(item),
  };
}

/** Whether there is nothing left that could begin. */
async function workThrough(work: Work): Promise<boolean> {
  const { parts, batch, limits, leftovers } = work;
  const { concurrency } = parts.settings;
  const mayStart = () => mayBegin(work);
  const pages = createPageWork({ ...work, ...limits, concurrency, mayStart, suspect: parts.acks.suspect });
  let rest: readonly IntegrationSyncItemFields['_id'][] = batch.ids;
  while (rest.length > 0 && (await mayStart())) {
    const page = freshPage(parts, batch) ?? (await readItems(parts.items, rest));
    for (const id of page.gone) leftovers.settle(id);
    await (batch.isCareful ? pages.runCarefully(page.items) : pages.run(page.items));
    rest = page.rest;
  }
  return rest.length === 0 && (await mayStart());
}

/** Where this process has stored them itself just now, and nobody has touched them since. */
function freshPage({ fresh }: BatchWorkParts, { _id, isFirst }: ClaimedBatch): ItemPage | null {
  const items = isFirst ? fresh.take(_id) : null;
  return items && { items: items.map(whole), gone: [], rest: [] };
}

/** Without a promise where nobody has to be asked: items are many. */
function mayBegin({ limits, lease, hasTrouble }: Work): boolean | Promise<boolean> {
  if (hasTrouble || limits.signal.aborted || !limits.mayGoOn()) return false;
  // Where that cannot be told, it may be lost.
  return lease.surelyHolds() || lease.holds().catch(() => false);
}

function tick({ parts, results, running }: Work): void {
  results.send();
  const slow = running.takeSlow(flushMs);
  // It is a notice: the item is open in any case.
  if (slow.length > 0) parts.acks.markProcessing(slow.map(({ item }) => item._id)).catch(() => undefined);
}

/** Lets others have at once what has not begun. If the process dies in between, the items are in two batches. */
async function handOver({ parts, batch, leftovers }: Work): Promise<void> {
  const untouched = leftovers.takeUntouched();
  if (untouched.length === 0) return;
  try {
    await parts.batches.put(batch.run, untouched);
    await parts.batches.keep(batch, leftovers.ids());
    parts.waker.wake(batch.run._id);
  } catch (error) {
    parts.logger.warn('Sync items could not be handed over: they wait until the lease of their batch ends.', { error });
  }
}

async function handBack({ parts, batch, leftovers, now, hasTrouble }: Work, isCareful: boolean): Promise<void> {
  const dueInMs = leftovers.dueAt() - now();
  const afterMs = hasTrouble ? Math.max(troubleMs, dueInMs) : dueInMs;
  await parts.batches.release(batch, { ids: leftovers.ids(), afterMs, isCareful });
}
