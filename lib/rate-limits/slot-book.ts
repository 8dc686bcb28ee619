import { createSlot, hasToken, type Slot } from './slot.js';

/** What a reservation gave. */
export interface Delivery {
  readonly tokens: number;
  /** Monotonic: when it was sent, and when the reply came. */
  readonly sentAt: number;
  readonly now: number;
  /** The longest attempt that was reserved for. */
  readonly timeoutMs: number;
}

/** The slots of a lane: one that tokens are added to, and older ones whose last attempts are under way. */
export interface SlotBook {
  /** The slot that the next reservation is for. */
  forReservation(now: number): Slot;
  /** How many tokens to reserve for calls still to come: as many as have lately been used up quickly. */
  ahead(): number;
  add(slot: Slot, delivery: Delivery): void;
  /** Hands out a token; null: none lies here that such an attempt could use. */
  take(timeoutMs: number, now: number): Slot | null;
  /** An attempt is over. */
  release(slot: Slot, isAnswered: boolean, now: number): void;
  /** A token was not used: another call may, while it is fresh. */
  giveBack(slot: Slot): void;
  /** Adds nothing more to the open slot: if it is old, or in any case. */
  close(now: number, which: 'old' | 'any'): void;
  /** Whether there is a slot that waits to be closed or settled. */
  hasWork(): boolean;
  /** Removes and returns the slots that all is known of. */
  takeSettled(): Slot[];
  /** Takes them in again: they could not be settled. */
  putBack(slots: readonly Slot[]): void;
  isEmpty(): boolean;
}

const mostAhead = 32;

/** @param mergeMs How long tokens are added to a slot. */
export function createSlotBook(mergeMs: number, newId: () => string): SlotBook {
  let open: Slot | null = null;
  let closed: Slot[] = [];
  let ahead = 0;

  function close(now: number, which: 'old' | 'any'): void {
    if (open === null || (which === 'old' && now - open.openedAt <= mergeMs)) return;
    // What was used up says what may be needed next; a caller that has gone gets nothing ahead.
    ahead = Math.min(mostAhead, Math.floor(open.used / 4));
    open.stock = 0;
    if (open.mayBeStored) closed.push(open);
    open = null;
  }

  function takeSettled(): Slot[] {
    const settled = closed.filter(isOver);
    closed = closed.filter((slot) => !isOver(slot));
    return settled;
  }

  return {
    close,
    forReservation(now) {
      close(now, 'old');
      if (open !== null && open.used > 0 && open.stock === 0) ahead = Math.min(mostAhead, Math.max(1, ahead * 2));
      open ??= createSlot(newId(), now);
      return open;
    },
    ahead: () => ahead,
    add: deliver,
    take: (timeoutMs, now) => (open !== null && hasToken(open, timeoutMs, now) ? handOut(open) : null),
    release: noteEnd,
    giveBack(slot) {
      slot.used -= 1;
      slot.inFlight -= 1;
      if (slot === open) slot.stock += 1;
    },
    hasWork: () => open !== null || closed.some(isOver),
    takeSettled,
    putBack: (slots) => void closed.push(...slots),
    isEmpty: () => open === null && closed.length === 0,
  };
}

function handOut(slot: Slot): Slot {
  slot.stock -= 1;
  slot.used += 1;
  slot.inFlight += 1;
  return slot;
}

function isOver({ inFlight }: Slot): boolean {
  return inFlight === 0;
}

function deliver(slot: Slot, { tokens, sentAt, now, timeoutMs }: Delivery): void {
  // Nothing was written: what lies here is no fresher than before.
  if (tokens === 0) return;
  if (!Number.isFinite(slot.reservedAt)) slot.openedAt = now;
  slot.mayBeStored = true;
  slot.reservedAt = sentAt;
  slot.timeoutMs = Math.max(slot.timeoutMs, timeoutMs);
  slot.stock += tokens;
}

function noteEnd(slot: Slot, isAnswered: boolean, now: number): void {
  slot.inFlight -= 1;
  if (isAnswered) slot.answeredAt = now;
  else slot.isUnanswered = true;
}
