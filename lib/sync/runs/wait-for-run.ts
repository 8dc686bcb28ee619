import { setTimeout as sleep } from 'node:timers/promises';
import type { Types } from 'mongoose';
import type { IntegrationModels } from '../../../schemas/models.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import { errorTable } from '../../error-table.js';
import { IntegrationError, type IntegrationErrorCode } from '../../errors.js';
import type { EventHub } from '../../event-hub.js';
import { instanceStopped } from '../../requests/call-gate.js';
import type { RunDueOptions } from '../../types/job-queue.js';
import type { LoggerLike } from '../../types/logger.js';
import type { SyncProgress } from '../../types/sync-progress.js';
import type { SyncResult } from '../../types/sync-result.js';
import { createEndNotice } from './end-notice.js';
import { runNotFound } from './progress.js';
import type { SyncRun } from './run-collection.js';
import { resultOf } from './run-events.js';
import type { RunStore } from './run-store.js';

export interface WaitParts {
  readonly models: Pick<IntegrationModels, 'IntegrationLog'>;
  readonly store: Pick<RunStore, 'find'>;
  readonly progressOf: (runId: Types.ObjectId) => Promise<SyncProgress>;
  /** The jobs of this process, if it has to be told to run them. */
  readonly worker: { isStarted(): boolean; runDue(options: RunDueOptions): Promise<unknown> };
  readonly events: Pick<EventHub, 'on'>;
  readonly logger: LoggerLike;
}

export interface WaitOptions {
  /** Called about once a second, and at the end. What it throws is logged. */
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Ends the wait, not the sync. */
  readonly signal?: AbortSignal;
}

/** How often it is asked for what other processes have ended. */
const pollMs = 200;
const progressMs = 1_000;

/**
 * Waits until a run is over. Where the instance has not been started, the jobs of the run are run meanwhile.
 *
 * @throws IntegrationError what the listing failed with, under its code or `SYNC_FAILED`; `SYNC_CANCELLED`,
 *   `SYNC_RUN_NOT_FOUND`, `CALL_ABORTED`, `INSTANCE_STOPPED`
 */
export async function waitForRun(parts: WaitParts, runId: Types.ObjectId, options: WaitOptions): Promise<SyncResult> {
  const over = new AbortController();
  const isStarted = parts.worker.isStarted();
  const working = isStarted ? null : workUntil(parts.worker, over.signal);
  const assertWorking = (): void => {
    if (isStarted && !parts.worker.isStarted()) throw instanceStopped();
  };
  try {
    // Without the jobs nobody may ever do it: should they fail, so does this.
    const run = await Promise.race([
      untilSettled({ ...parts, assertWorking, over: over.signal }, runId, options),
      ...(working ? [working] : []),
    ]);
    return await outcomeOf(parts, run);
  } finally {
    over.abort();
    await working?.catch(() => undefined);
  }
}

/** Rejects where the jobs cannot be run, and never resolves before the end of the wait. */
async function workUntil({ runDue }: WaitParts['worker'], over: AbortSignal): Promise<never> {
  while (!over.aborted) {
    await runDue({ deadlineMs: 2 ** 31 - 1, signal: over });
    await sleep(pollMs, undefined, { signal: over });
  }
  throw over.reason;
}

async function untilSettled(
  parts: WaitParts & { readonly assertWorking: () => void; readonly over: AbortSignal },
  runId: Types.ObjectId,
  { onProgress, signal }: WaitOptions,
): Promise<SyncRun> {
  const { over } = parts;
  const endings = createEndNotice(parts.events);
  const report = createReporter(parts, runId, onProgress);
  const ending = AbortSignal.any([over, ...(signal ? [signal] : [])]);
  try {
    for (;;) {
      if (signal?.aborted === true) throw aborted(signal);
      parts.assertWorking();
      const nextEnd = endings.next();
      const run = await parts.store.find(runId);
      if (run === null) throw runNotFound(runId);
      await report(run.phase === 'settled');
      if (run.phase === 'settled') return run;
      await Promise.race([nextEnd, sleep(pollMs, undefined, { signal: ending })]).catch(() => over.throwIfAborted());
    }
  } finally {
    endings.stop();
  }
}

function createReporter(
  { progressOf, logger }: WaitParts,
  runId: Types.ObjectId,
  onProgress: WaitOptions['onProgress'],
): (isOver: boolean) => Promise<void> {
  let next = 0;
  return async (isOver) => {
    if (onProgress === undefined || (!isOver && performance.now() < next)) return;
    next = performance.now() + progressMs;
    const progress = await progressOf(runId);
    try {
      onProgress(progress);
    } catch (error) {
      logger.error('The progress of a sync could not be shown.', { runId: progress.runId, error });
    }
  };
}

async function outcomeOf({ models }: WaitParts, run: SyncRun): Promise<SyncResult> {
  if (run.outcome === 'cancelled') {
    const details = { runId: run._id.toHexString() };
    throw new IntegrationError('SYNC_CANCELLED', 'The integration is not synced, or not by any process.', { details });
  }
  const error = run.outcome === 'failed' ? await errorOf(models, run) : null;
  if (error !== null) throw codedError(error, run);
  return resultOf(run, run.nextCursor);
}

/** Where all items have failed there is none. */
async function errorOf({ IntegrationLog }: WaitParts['models'], run: SyncRun): Promise<StoredError | null> {
  const log = await IntegrationLog.findOne({ _id: run._id }, { error: 1 }).read('primary').lean();
  return run.listingError ?? log?.error ?? null;
}

function codedError({ code, message, class: name }: StoredError, run: SyncRun): IntegrationError {
  const details = { runId: run._id.toHexString(), error: name };
  return new IntegrationError(isOurs(code) ? code : 'SYNC_FAILED', message, {
    details,
  });
}

function isOurs(code: unknown): code is IntegrationErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code);
}

function aborted({ reason }: AbortSignal): IntegrationError {
  return new IntegrationError('CALL_ABORTED', 'The wait for a sync was ended.', { cause: reason });
}
