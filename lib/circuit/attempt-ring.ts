import { slotAt, type CircuitWindow, type Counts } from './circuit-window.js';

/** What this process counted in the last window and has not told the others: bounded, by slots of its own clock. */
export interface AttemptRing {
  note(result: 'answered' | 'failed'): void;
  /** Empties the ring: the counts by the slots of the server's clock. */
  take(serverNow: number): Map<string, Counts>;
}

/** @param now A monotonic clock in milliseconds, for tests. */
export function createAttemptRing(window: CircuitWindow, now: () => number = () => performance.now()): AttemptRing {
  // By the beginning of the slot, oldest first.
  let slots = new Map<number, Counts>();

  function dropOld(instant: number): void {
    for (const begin of slots.keys()) {
      if (begin > instant - window.lengthMs) return;
      slots.delete(begin);
    }
  }

  return {
    note(result) {
      const instant = now();
      dropOld(instant);
      const begin = Number(slotAt(instant, window));
      const { answered, failed } = slots.get(begin) ?? nothing;
      slots.set(begin, result === 'failed' ? { answered, failed: failed + 1 } : { answered: answered + 1, failed });
    },
    take(serverNow) {
      const instant = now();
      dropOld(instant);
      const taken = new Map<string, Counts>();
      for (const [begin, counts] of slots) {
        // The middle of a slot stands for all that was counted in it, and lies in the past.
        const ago = Math.max(0, instant - begin - window.slotMs / 2);
        const slot = slotAt(serverNow - ago, window);
        taken.set(slot, sum(taken.get(slot) ?? nothing, counts));
      }
      slots = new Map();
      return taken;
    },
  };
}

const nothing: Counts = { answered: 0, failed: 0 };

function sum(one: Counts, other: Counts): Counts {
  return { answered: one.answered + other.answered, failed: one.failed + other.failed };
}
