import type { EmbedsRequests } from '../../../schemas/embedded-request.js';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import { runWithin, type IntegrationIdentity, type SyncAttempt } from '../../context.js';
import { CallNotes } from '../../operations/call-notes.js';
import type { SyncItemListener } from '../item-listeners.js';
import type { TimedAttempt } from '../../running-attempts.js';
import { AttemptFacts } from './attempt-facts.js';
import type { BatchOwner } from './batch.js';
import { ItemInput, type ItemInputParts } from './item-input.js';
import { LazySignal } from './lazy-signal.js';

/** What all attempts of a batch share. */
export interface AttemptParts extends ItemInputParts {
  readonly run: BatchOwner;
  readonly identity: IntegrationIdentity;
  readonly maxAttempts: number;
  readonly openPayload: (item: IntegrationSyncItemFields) => Promise<unknown>;
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
export interface RunningAttempt extends TimedAttempt {
  readonly item: IntegrationSyncItemFields;
  /** Never rejects. */
  readonly ended: Promise<AttemptEnd>;
}

/** Has listeners handle an item, one after the other; the first failure is that of the attempt. */
export function beginAttempt(
  parts: AttemptParts,
  item: IntegrationSyncItemFields,
  listeners: readonly SyncItemListener[],
): RunningAttempt {
  return new ItemAttempt(parts, item, listeners);
}

/** A class, as what it is made of: items are many, and what is on a prototype is made once. */
class ItemAttempt implements RunningAttempt {
  readonly item: IntegrationSyncItemFields;
  readonly startedAt = performance.now();
  readonly ended: Promise<AttemptEnd>;
  readonly #signal = new LazySignal();
  readonly #notes: CallNotes;
  #tellEnd: (end: AttemptEnd) => void = () => undefined;
  #isOver = false;

  constructor(parts: AttemptParts, item: IntegrationSyncItemFields, listeners: readonly SyncItemListener[]) {
    this.item = item;
    this.#notes = new CallNotes('sync', parts.run._id);
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
    const facts = new AttemptFacts(item, { syncLogId: parts.run._id, maxAttempts: parts.maxAttempts }, this.#signal);
    runWithin(surroundings(parts, facts, this.#notes), () => this.#handle(parts, facts, listeners)).then(
      () => this.#end(null),
      (error: unknown) => this.#end({ error }),
    );
  }

  abort(reason: unknown): void {
    this.#signal.abort(reason);
  }

  fail(error: unknown): void {
    this.#end({ error });
    this.abort(error);
  }

  leave(): void {
    this.#end(null, true);
  }

  async #handle(parts: AttemptParts, facts: SyncAttempt, listeners: readonly SyncItemListener[]): Promise<void> {
    const { item } = this;
    const payload = isPlain(item.payload) ? item.payload : await parts.openPayload(item);
    const input = new ItemInput(parts, item, { facts, payload });
    for (const listener of listeners) {
      // Nobody waits for the others any more, once the time is up.
      if (this.#isOver) return;
      await listener(input);
    }
  }

  #end(failure: AttemptEnd['failure'], isLeft = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tellEnd({ failure, isLeft, calls: this.#notes.collected() });
  }
}

/** Nothing that could be sealed. */
function isPlain(payload: unknown): boolean {
  return typeof payload !== 'string';
}

/** What the listeners find around them: the run, and nothing of whoever began to handle it. */
function surroundings({ identity }: AttemptParts, syncAttempt: SyncAttempt, operation: CallNotes) {
  return {
    integration: identity,
    request: null,
    attempt: null,
    operation,
    syncAttempt,
    priority: 'background',
    noteCall: null,
  } as const;
}
