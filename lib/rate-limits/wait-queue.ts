import type { CallPriority } from '../context.js';

/** A call that waits for a token. */
export interface Waiter {
  readonly priority: CallPriority;
  /** How long its attempt may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Monotonic: it does not wait beyond. */
  readonly deadline: number;
  /** It had waited its turn before, and goes ahead of the others of its priority. */
  readonly isUrgent: boolean;
}

export const priorities: readonly CallPriority[] = ['interactive', 'background'];

/** Waiting calls: interactive ones first, and in their order. */
export interface WaitQueue<T extends Waiter> {
  add(waiter: T): void;
  remove(waiter: T): void;
  /** The next one; null: nobody waits. */
  first(): T | null;
  count(priority: CallPriority): number;
  isEmpty(): boolean;
  all(): T[];
}

export function createWaitQueue<T extends Waiter>(): WaitQueue<T> {
  // Sets iterate in the order of insertion, and give up a member from their middle at no cost.
  const urgent = { interactive: new Set<T>(), background: new Set<T>() };
  const ordinary = { interactive: new Set<T>(), background: new Set<T>() };
  const inOrder = [urgent.interactive, ordinary.interactive, urgent.background, ordinary.background];
  const setOf = ({ isUrgent, priority }: T): Set<T> => (isUrgent ? urgent : ordinary)[priority];
  return {
    add: (waiter) => void setOf(waiter).add(waiter),
    remove: (waiter) => void setOf(waiter).delete(waiter),
    first() {
      for (const waiters of inOrder) for (const waiter of waiters) return waiter;
      return null;
    },
    count: (priority) => urgent[priority].size + ordinary[priority].size,
    isEmpty: () => inOrder.every(({ size }) => size === 0),
    all: () => inOrder.flatMap((waiters) => [...waiters]),
  };
}
