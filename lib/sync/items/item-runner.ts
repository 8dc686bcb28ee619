import type { EmbedsRequests } from '../../../schemas/embedded-request.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import { IntegrationError } from '../../errors.js';
import { outcomeOfFailure, type AttemptRules } from '../../failures/outcome-of-failure.js';
import type { SyncItemListener } from '../item-listeners.js';
import { beginAttempt, type AttemptEnd, type AttemptParts, type RunningAttempt } from './attempt.js';
import type { ItemResult } from './item-acks.js';
import type { ItemOutcome } from './item-outcome.js';
import type { RunningAttempts } from '../../running-attempts.js';

export interface ItemRunnerParts {
  readonly attempts: AttemptParts;
  readonly rules: AttemptRules;
  readonly running: Pick<RunningAttempts<RunningAttempt>, 'add' | 'remove'>;
  readonly listenersOf: (eventClass: string) => readonly SyncItemListener[];
  readonly toStoredError: (error: unknown) => StoredError;
  /** Aborted: what fails now fails because it has to end. */
  readonly signal: AbortSignal;
  /** The server's time, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** Finds out what becomes of items. */
export interface ItemRunner {
  /** Runs the listeners of the item. Never rejects. */
  run(item: IntegrationSyncItemFields): Promise<ItemResult>;
  /** What becomes of an item that this error would befall. */
  failed(item: IntegrationSyncItemFields, error: unknown): ItemResult;
  /** Of an item that killed processes: it is given up. */
  crashed(item: IntegrationSyncItemFields): ItemResult;
}

export function createItemRunner(parts: ItemRunnerParts): ItemRunner {
  const { running, rules, signal, now, listenersOf } = parts;

  function resultOf(
    item: IntegrationSyncItemFields,
    outcome: ItemOutcome,
    calls: EmbedsRequests | null = null,
  ): ItemResult {
    const error = 'error' in outcome ? parts.toStoredError(outcome.error) : null;
    return { item, outcome, error, calls, at: new Date(now()) };
  }

  function outcomeOf(item: IntegrationSyncItemFields, { failure, isLeft }: AttemptEnd): ItemOutcome {
    if (isLeft) return { kind: 'returned' };
    if (failure === null) return { kind: 'success' };
    return signal.aborted ? { kind: 'returned' } : outcomeOfFailure(failure.error, item, rules, now());
  }

  const failed = (item: IntegrationSyncItemFields, error: unknown): ItemResult =>
    resultOf(item, outcomeOfFailure(error, item, rules, now()));

  return {
    failed,
    crashed: (item) => resultOf(item, { kind: 'failed', error: processCrash(item), isAttempt: false }),
    async run(item) {
      const listeners = listenersOf(item.eventClass);
      if (listeners.length === 0) return failed(item, listenerMissing(item));
      if (signal.aborted) return resultOf(item, { kind: 'returned' });
      const attempt = beginAttempt(parts.attempts, item, listeners);
      running.add(attempt);
      const end = await attempt.ended;
      running.remove(attempt);
      return resultOf(item, outcomeOf(item, end), end.calls);
    },
  };
}

function listenerMissing({ eventClass }: IntegrationSyncItemFields): IntegrationError {
  return new IntegrationError('SYNC_LISTENER_MISSING', `Nobody listens to "${eventClass}" in this process.`, {
    details: { eventClass },
  });
}

function processCrash({ crashes }: IntegrationSyncItemFields): IntegrationError {
  return new IntegrationError('SYNC_PROCESS_CRASH', `The process died ${crashes} times while this item ran.`, {
    details: { crashes },
  });
}

/** What an attempt fails with that took too long. */
export function itemTimedOut(timeoutMs: number): IntegrationError {
  return new IntegrationError('SYNC_ITEM_TIMEOUT', `The attempt took longer than ${timeoutMs / 1_000} s.`, {
    details: { timeoutMs },
  });
}
