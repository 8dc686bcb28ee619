import type { Settlement } from './settlement-query.js';

/** How long a reserved token may lie before its call begins: older ones are given back. */
const holdMs = 1_000;

/** The most that lies between the end of an attempt's time and the moment when the other side counts it. */
const lateMs = 1_000;

/** The longest that a token may be on its way, from its reservation on. */
export function longestOnItsWay(timeoutMs: number): number {
  return holdMs + timeoutMs + lateMs;
}

/** Tokens that this process reserved at about the same time: one entry in each log of the lane. */
export interface Slot {
  readonly id: string;
  /** Whether it may have entries: tokens came, or a reply did not. */
  mayBeStored: boolean;
  /** Monotonic, in milliseconds: when its first tokens came; until then, when it was made. */
  openedAt: number;
  /** When the last reservation was sent that gave tokens: the entry has room for all attempts that begin soon after. */
  reservedAt: number;
  /** The longest attempt that the entry has room for. */
  timeoutMs: number;
  /** Tokens that lie here. */
  stock: number;
  /** Tokens that were handed out and not given back. */
  used: number;
  /** Of those, the ones whose attempt is not over. */
  inFlight: number;
  /** Monotonic: when the last attempt was over that had an answer. */
  answeredAt: number;
  /** Some attempt had no answer: nobody knows whether and when it was counted. */
  isUnanswered: boolean;
  /** How often it could not be settled. */
  failures: number;
}

export function createSlot(id: string, now: number): Slot {
  return {
    id,
    mayBeStored: false,
    openedAt: now,
    reservedAt: -Infinity,
    timeoutMs: 0,
    stock: 0,
    used: 0,
    inFlight: 0,
    answeredAt: -Infinity,
    isUnanswered: false,
    failures: 0,
  };
}

/** Whether a token that lies here may be used by an attempt that takes so long at the most. */
export function hasToken(slot: Slot, timeoutMs: number, now: number): boolean {
  return slot.stock > 0 && timeoutMs <= slot.timeoutMs && isFresh(slot, now);
}

/** Whether a token of the slot may still be used. */
export function isFresh({ reservedAt }: Slot, now: number): boolean {
  return now - reservedAt <= holdMs;
}

/** What is left to tell of a slot that nothing is added to and nothing is on its way of. */
export function settlementOf(slot: Slot, now: number): Settlement {
  // Rounded down: a token may stay taken too long, never too short.
  const answeredMsAgo = slot.isUnanswered || slot.used === 0 ? null : Math.floor(now - slot.answeredAt);
  return { slotId: slot.id, used: slot.used, answeredMsAgo };
}
