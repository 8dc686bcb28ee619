import { withinTime } from '../within-time.js';
import type { Settlement } from './settlement-query.js';
import { settlementOf } from './slot.js';
import type { SlotBook } from './slot-book.js';

export interface SettlerParts {
  readonly slots: SlotBook;
  /** How often slots are settled at the most, in milliseconds. */
  readonly mergeMs: number;
  readonly settle: (settlements: readonly Settlement[]) => Promise<void>;
  /** False while a reservation is under way: it adds to the open slot. */
  readonly mayClose: () => boolean;
  /** Called after each round. */
  readonly onSettled: () => void;
}

/** Tells the database what became of slots, in its own time: nobody waits for it. */
export interface Settler {
  /** Sees to it that what can be settled will be. */
  arm(): void;
  /** Settles at once what can be settled. Never rejects. */
  flush(): Promise<void>;
}

/** Afterwards a slot is left to its end: its tokens come back later than they could. */
const mostTries = 3;
/** What takes longer is repeated, which changes nothing: the connection may be dead without saying so. */
const longestReplyMs = 5_000;

export function createSettler({ slots, mergeMs, settle, mayClose, onSettled }: SettlerParts): Settler {
  let timer: NodeJS.Timeout | undefined;

  async function settleAll(which: 'old' | 'any'): Promise<void> {
    if (mayClose()) slots.close(performance.now(), which);
    const over = slots.takeSettled();
    if (over.length > 0) {
      const now = performance.now();
      try {
        const settled = settle(over.map((slot) => settlementOf(slot, now))).then(() => true);
        if (!(await withinTime(settled, longestReplyMs, false)))
          throw new Error('The database did not answer in time.');
      } catch {
        for (const slot of over) slot.failures += 1;
        slots.putBack(over.filter(({ failures }) => failures < mostTries));
      }
    }
    onSettled();
  }

  function arm(): void {
    if (timer !== undefined || !slots.hasWork()) return;
    // No reason to keep a process alive: what is not settled ends by itself.
    timer = setTimeout(tick, mergeMs).unref();
  }

  function tick(): void {
    void settleAll('old').finally(() => {
      timer = undefined;
      arm();
    });
  }

  return {
    arm,
    async flush() {
      clearTimeout(timer);
      timer = undefined;
      await settleAll('any');
    },
  };
}
