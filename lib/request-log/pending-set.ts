import { IntegrationError } from '../errors.js';
import type { Refusal } from './commit-verdict.js';

/** Why a document will not be stored. */
export type LossReason =
  /** The server or the driver does not take it. */
  | 'refused'
  /** Too much was waiting already. */
  | 'overflow'
  /** The database stayed away for longer than the document may wait. */
  | 'deadline'
  /** Given up by `flush()`. */
  | 'stopped';

/** A document whose fate is open. */
export interface PendingDocument<T> {
  readonly document: T;
  readonly bytes: number;
  /** On the scale of `performance.now()`. */
  readonly deadline: number;
  /** A try whose outcome is unknown may have stored it: its id is then no duplicate. */
  mayBeStored: boolean;
  readonly resolve: () => void;
  readonly reject: (error: IntegrationError) => void;
}

/** Figures since the start. */
export interface PendingStats {
  readonly stored: number;
  /** Waiting or under way. */
  readonly pending: number;
  readonly lost: number;
}

/** The documents whose fate is open. Each leaves once, stored or lost, and its caller is told. */
export interface PendingSet<T> {
  add(entry: PendingDocument<T>): void;
  has(entry: PendingDocument<T>): boolean;
  all(): readonly PendingDocument<T>[];
  /** Size of all documents in it. */
  bytes(): number;
  markStored(entry: PendingDocument<T>): void;
  markLost(entries: readonly PendingDocument<T>[], reason: LossReason, refusal?: Refusal): void;
  /** Resolves the next time that nothing is in it. */
  whenEmpty(): Promise<void>;
  stats(): PendingStats;
}

/** Builds an empty set; `onLost` is told of every loss. */
export function createPendingSet<T>(onLost: (count: number, reason: LossReason) => void): PendingSet<T> {
  const entries = new Set<PendingDocument<T>>();
  const waiting: (() => void)[] = [];
  let bytes = 0;
  let stored = 0;
  let lost = 0;

  function remove(entry: PendingDocument<T>): boolean {
    if (!entries.delete(entry)) return false;
    bytes -= entry.bytes;
    if (entries.size === 0) for (const resolve of waiting.splice(0)) resolve();
    return true;
  }

  return {
    add(entry) {
      entries.add(entry);
      bytes += entry.bytes;
    },
    has: (entry) => entries.has(entry),
    all: () => [...entries],
    bytes: () => bytes,
    markStored(entry) {
      if (!remove(entry)) return;
      stored += 1;
      entry.resolve();
    },
    markLost(given, reason, refusal) {
      const gone = given.filter(remove);
      if (gone.length === 0) return;
      lost += gone.length;
      for (const entry of gone) entry.reject(notStored(reason, refusal));
      onLost(gone.length, reason);
    },
    whenEmpty: () => (entries.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    stats: () => ({ stored, pending: entries.size, lost }),
  };
}

const explanations: Readonly<Record<LossReason, string>> = {
  refused: 'the database does not take it',
  overflow: 'too many documents wait for the database',
  deadline: 'the database was away for too long',
  stopped: 'the database did not take it before the end',
};

function notStored(reason: LossReason, refusal?: Refusal): IntegrationError<'RECORD_NOT_STORED'> {
  return new IntegrationError('RECORD_NOT_STORED', `The document is not stored: ${explanations[reason]}.`, {
    details: { reason, ...refusal },
  });
}
