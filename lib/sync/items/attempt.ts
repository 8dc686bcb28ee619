import type { EmbedsRequests } from '../../../schemas/embedded-request.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationSyncItemDocument, IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import { runWithin, type IntegrationIdentity, type SyncAttempt } from '../../context.js';
import { IntegrationError } from '../../errors.js';
import { createRequestCollector, type RequestCollector } from '../../operations/request-collector.js';
import type { SyncItemInput, SyncItemListener } from '../item-listeners.js';
import type { BatchOwner } from './batch.js';
import { createLazySignal, type LazySignal } from './lazy-signal.js';

/** What all attempts of a batch share. */
export interface AttemptParts {
  readonly run: BatchOwner;
  readonly integration: IntegrationDocument;
  readonly identity: IntegrationIdentity;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  readonly openPayload: (item: IntegrationSyncItemFields) => Promise<unknown>;
  readonly hydrate: (item: IntegrationSyncItemFields) => IntegrationSyncItemDocument;
}

/** How an attempt ended. */
export interface AttemptEnd {
  /** What it failed with; null: it did not fail. */
  readonly failure: { readonly error: unknown } | null;
  /** Nobody waited for its end. */
  readonly isLeft: boolean;
  /** The calls that it made; null: it made none. */
  readonly calls: EmbedsRequests | null;
}

/** An attempt under way. */
export interface RunningAttempt {
  readonly item: IntegrationSyncItemFields;
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** Never rejects. */
  readonly ended: Promise<AttemptEnd>;
  /** Tells the listener to come to an end. */
  abort(reason: unknown): void;
  /** Waits no longer for it. */
  leave(): void;
}

/** Has listeners handle an item, one after the other; the first failure is that of the attempt. */
export function beginAttempt(
  parts: AttemptParts,
  item: IntegrationSyncItemFields,
  listeners: readonly SyncItemListener[],
): RunningAttempt {
  const signal = createLazySignal();
  const calls = createRequestCollector();
  let isOver = false;
  let end: (failure: AttemptEnd['failure'], isLeft?: boolean) => void = () => undefined;
  const ended = new Promise<AttemptEnd>((resolve) => {
    const timer = setTimeout(() => {
      const error = timedOut(parts.timeoutMs);
      end({ error });
      signal.abort(error);
    }, parts.timeoutMs);
    end = (failure, isLeft = false) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      resolve({ failure, isLeft, calls: callsOf(calls) });
    };
  });
  const attempt = syncAttempt(parts, item, signal);
  const work = () => handle(parts, item, { attempt, listeners, isOver: () => isOver });
  runWithin(surroundings(parts, attempt, calls), work).then(
    () => end(null),
    (error: unknown) => end({ error }),
  );
  return { item, startedAt: performance.now(), ended, abort: signal.abort, leave: () => end(null, true) };
}

interface Handling {
  readonly attempt: SyncAttempt;
  readonly listeners: readonly SyncItemListener[];
  readonly isOver: () => boolean;
}

async function handle(
  parts: AttemptParts,
  item: IntegrationSyncItemFields,
  { attempt, listeners, isOver }: Handling,
): Promise<void> {
  const payload = isPlain(item.payload) ? item.payload : await parts.openPayload(item);
  const input = itemInput(parts, item, { attempt, payload });
  for (const listener of listeners) {
    // Nobody waits for the others any more, once the time is up.
    if (isOver()) return;
    await listener(input);
  }
}

/** Nothing that could be sealed. */
function isPlain(payload: unknown): boolean {
  return typeof payload !== 'string';
}

interface InputFacts {
  readonly attempt: SyncAttempt;
  readonly payload: unknown;
}

/** The document and the signal are made for who asks for them: most do not. */
function itemInput(
  { integration, hydrate }: AttemptParts,
  fields: IntegrationSyncItemFields,
  { attempt, payload }: InputFacts,
): SyncItemInput {
  let item: IntegrationSyncItemDocument | null = null;
  return {
    payload,
    integration,
    externalId: attempt.externalId,
    attempt: attempt.attempt,
    maxAttempts: attempt.maxAttempts,
    get item() {
      item ??= hydrate(fields);
      return item;
    },
    get signal() {
      return attempt.signal;
    },
  };
}

function syncAttempt(
  { run, maxAttempts }: AttemptParts,
  item: IntegrationSyncItemFields,
  signal: LazySignal,
): SyncAttempt {
  return {
    itemId: item._id,
    syncLogId: run._id,
    externalId: item.externalId,
    attempt: item.attempts + 1,
    maxAttempts,
    get signal() {
      return signal.signal;
    },
  };
}

/** What the listeners find around them: the run, and nothing of whoever began to handle it. */
function surroundings({ identity, run }: AttemptParts, attempt: SyncAttempt, calls: RequestCollector) {
  return {
    integration: identity,
    request: null,
    attempt: null,
    operation: { operation: 'sync', logId: run._id, noteRequest: calls.note },
    syncAttempt: attempt,
    priority: 'background',
    noteCall: null,
  } as const;
}

/** A copy: what has been left may still make calls. */
function callsOf(collector: RequestCollector): EmbedsRequests | null {
  const { requests, requestCount } = collector.collected();
  return requestCount === 0 ? null : { requests: [...requests], requestCount };
}

function timedOut(timeoutMs: number): IntegrationError {
  return new IntegrationError('SYNC_ITEM_TIMEOUT', `The attempt took longer than ${timeoutMs / 1_000} s.`, {
    details: { timeoutMs },
  });
}
