import type { StoredCircuit } from '../../schemas/integration-gate.js';

/** Attempts of a slot of time. */
export interface Counts {
  readonly answered: number;
  readonly failed: number;
}

/** The time that a failure rate looks back on, cut into slots that all processes share. */
export interface CircuitWindow {
  readonly lengthMs: number;
  readonly slotMs: number;
}

/** Slots: enough for a window that slides in small steps, few enough for a small document. */
const slotsPerWindow = 10;

export function circuitWindow(windowSeconds: number): CircuitWindow {
  const lengthMs = windowSeconds * 1_000;
  return { lengthMs, slotMs: lengthMs / slotsPerWindow };
}

/**
 * The name of the slot that holds an instant: its beginning in milliseconds, so that processes with windows of other
 * lengths understand it.
 */
export function slotAt(instant: number, { slotMs }: CircuitWindow): string {
  return String(Math.floor(instant / slotMs) * slotMs);
}

/** What was counted within the window. */
export function countsWithin(slots: StoredCircuit['b'], now: number, window: CircuitWindow): Counts {
  let [answered, failed] = [0, 0];
  for (const [slot, { ok = 0, bad = 0 }] of Object.entries(slots)) {
    if (isOutdated(slot, now, window)) continue;
    answered += ok;
    failed += bad;
  }
  return { answered, failed };
}

/** The slots that no longer say anything. */
export function outdatedSlots(slots: StoredCircuit['b'], now: number, window: CircuitWindow): string[] {
  return Object.keys(slots).filter((slot) => isOutdated(slot, now, window));
}

/** By more than a window in the future: written before the server's clock was set back. */
function isOutdated(slot: string, now: number, { lengthMs }: CircuitWindow): boolean {
  const begin = Number(slot);
  return begin <= now - lengthMs || begin > now + lengthMs;
}
