import { IntegrationError, isIntegrationError } from '../errors.js';
import type { CallGate } from '../requests/call-gate.js';
import type { ServerClock } from '../server-clock.js';
import type { LoggerLike } from '../types/logger.js';
import type { Prunable } from './chunks.js';
import { paced } from './pace.js';
import { prunablesAt, type PrunableParts } from './prunables.js';
import { checkedTargets, type PruneTarget } from './prune-target.js';

export interface PruneProgress {
  readonly collection: PruneTarget;
  /** Documents that were deleted so far; in a dry run: found. */
  readonly deleted: number;
  /** Documents that were old when it began with that collection; some of them may have to stay. */
  readonly expected: number;
}

export interface PruneOptions {
  /** Default: all. */
  readonly only?: readonly PruneTarget[];
  /** Finds what would be deleted, and writes nothing. Default false. */
  readonly dryRun?: boolean;
  /** Called when a collection begins, and after every chunk. What it throws is logged. */
  readonly onProgress?: (progress: PruneProgress) => void;
  /** Ends it behind the chunk that is being deleted. */
  readonly signal?: AbortSignal;
}

/** What was deleted; in a dry run: what would have been. */
export interface PruneResult {
  readonly dryRun: boolean;
  /** Of each collection that was gone through, the number of documents. */
  readonly collections: Readonly<Partial<Record<PruneTarget, number>>>;
  readonly total: number;
}

/**
 * Deletes what is older than the option `retention` says, and nothing that is needed still. Gently: fifty documents at
 * a time, with pauses. May be repeated, and done by several at once; after a crash or an error, the next one goes on.
 *
 * @throws IntegrationError `CALL_ABORTED`, with what was done so far in `details`; `INSTANCE_STOPPED`,
 *   `OPTIONS_INVALID`
 */
export type Prune = (options?: PruneOptions) => Promise<PruneResult>;

export interface PruneParts extends PrunableParts {
  readonly clock: ServerClock;
  readonly gate: Pick<CallGate, 'enter' | 'signal'>;
  readonly logger: Pick<LoggerLike, 'error'>;
}

export function createPrune(parts: PruneParts): Prune {
  return async (options = {}) => {
    const asked = checkedTargets(options.only);
    const leave = parts.gate.enter();
    try {
      return await pruneAll(parts, asked, options);
    } finally {
      leave();
    }
  };
}

async function pruneAll(parts: PruneParts, asked: readonly PruneTarget[], options: PruneOptions): Promise<PruneResult> {
  const { dryRun = false } = options;
  const signal = AbortSignal.any([parts.gate.signal, ...(options.signal ? [options.signal] : [])]);
  const collections: Partial<Record<PruneTarget, number>> = {};
  const result = () => ({ dryRun, collections, total: Object.values(collections).reduce((sum, one) => sum + one, 0) });
  assertGoingOn(signal, result);
  const prunables = prunablesAt(parts, await parts.clock.now(), asked);
  for (const collection of asked) {
    const prunable = prunables[collection];
    collections[collection] = 0;
    const add = (count: number): number => (collections[collection] = (collections[collection] ?? 0) + count);
    if (prunable === null) continue;
    const report = await reporter(parts, prunable, { ...options, collection });
    for await (const chunk of prunable.chunks({ isDry: dryRun })) {
      assertGoingOn(signal, result);
      report(add(dryRun ? chunk.size : await chunk.remove((work) => paced(work, signal))));
    }
    assertGoingOn(signal, result);
  }
  return result();
}

/** Counting costs something too: only for who wants to know. */
async function reporter(
  { logger }: PruneParts,
  prunable: Prunable,
  { onProgress, collection }: PruneOptions & Pick<PruneProgress, 'collection'>,
): Promise<(deleted: number) => void> {
  if (onProgress === undefined) return () => undefined;
  const expected = await prunable.count();
  const report = (deleted: number): void => {
    try {
      onProgress({ collection, deleted, expected });
    } catch (error) {
      logger.error('The progress of prune() could not be shown.', { collection, error });
    }
  };
  report(0);
  return report;
}

/** With what was done so far. */
function assertGoingOn({ aborted, reason }: AbortSignal, soFar: () => PruneResult): void {
  if (!aborted) return;
  const cause: unknown = reason;
  // One of its own, because calls side by side share the reason of the signal.
  if (isIntegrationError(cause, 'INSTANCE_STOPPED')) throw new IntegrationError(cause.code, cause.message, { cause });
  throw new IntegrationError('CALL_ABORTED', 'prune() was ended.', { cause, details: { ...soFar() } });
}
