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
  const urgent = { interactive: createLine<T>(), background: createLine<T>() };
  const ordinary = { interactive: createLine<T>(), background: createLine<T>() };
  const inOrder = [urgent.interactive, ordinary.interactive, urgent.background, ordinary.background];
  const lineOf = ({ isUrgent, priority }: T): Line<T> => (isUrgent ? urgent : ordinary)[priority];
  return {
    add: (waiter) => void lineOf(waiter).members.add(waiter),
    remove: (waiter) => void lineOf(waiter).members.delete(waiter),
    first: () => inOrder.find(({ members }) => members.size > 0)?.first() ?? null,
    count: (priority) => urgent[priority].members.size + ordinary[priority].members.size,
    isEmpty: () => inOrder.every(({ members }) => members.size === 0),
    all: () => inOrder.flatMap(({ members }) => [...members]),
  };
}

/** Waiters of one kind, in their order. Each joins once. */
interface Line<T> {
  /** Sets iterate in the order of insertion, and give up a member from their middle at no cost. */
  readonly members: Set<T>;
  /** Asked only while there are members: an iterator that came to the end sees nobody who joins later. */
  first(): T | null;
}

function createLine<T>(): Line<T> {
  const members = new Set<T>();
  // Kept, because the way from the beginning leads past all that was removed lately: a long queue would take for ever.
  const inTurn = members.values();
  let head: T | null = null;
  return {
    members,
    first() {
      if (head !== null && members.has(head)) return head;
      const next = inTurn.next();
      head = next.done === true ? null : next.value;
      return head;
    },
  };
}
