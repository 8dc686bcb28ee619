import type { StoredCircuit } from '../../schemas/integration-gate.js';
import { createAttemptRing } from './attempt-ring.js';
import type { CircuitStrategy, CounterUpdate, Tally } from './circuit-strategy.js';
import { circuitWindow, countsWithin, outdatedSlots, type CircuitWindow } from './circuit-window.js';

export interface RateSettings {
  readonly windowSeconds: number;
  /** Share of failed attempts that opens the circuit. */
  readonly failureRate: number;
  /** Attempts in the window below which the rate opens nothing. */
  readonly minimumAttempts: number;
}

/** Opens by the share of failed attempts in a window of time, of all processes together. */
export function rateStrategy({ windowSeconds, failureRate, minimumAttempts }: RateSettings): CircuitStrategy {
  const window = circuitWindow(windowSeconds);
  return {
    reason: 'failureRate',
    // Rounded down, also because the product may be a little too large.
    fewestFailures: Math.max(1, Math.floor(failureRate * minimumAttempts)),
    failuresIn: ({ b }, serverNow) => countsWithin(b, serverNow, window).failed,
    isReached({ b }, serverNow) {
      const { answered, failed } = countsWithin(b, serverNow, window);
      const total = answered + failed;
      return failed > 0 && total >= minimumAttempts && failed / total >= failureRate;
    },
    createTally: () => createTally(window),
  };
}

/** How long answered attempts may stay untold while the circuit may open: they are what keeps it closed. */
const untoldMs = 2_000;

/** Failures are told at once, and with them what was answered; without failures nobody needs to know. */
function createTally(window: CircuitWindow): Tally {
  const ring = createAttemptRing(window);
  const mostUntoldMs = Math.min(untoldMs, window.lengthMs / 4);
  let toldAt = -Infinity;
  return {
    note(result, { b }, serverNow) {
      ring.note(result);
      if (result === 'failed') return true;
      return performance.now() - toldAt >= mostUntoldMs && countsWithin(b, serverNow, window).failed > 0;
    },
    take(known, serverNow) {
      toldAt = performance.now();
      return updateOf(ring.take(serverNow), known, serverNow, window);
    },
  };
}

function updateOf(
  taken: ReturnType<ReturnType<typeof createAttemptRing>['take']>,
  { b }: StoredCircuit,
  serverNow: number,
  window: CircuitWindow,
): CounterUpdate | null {
  if (taken.size === 0) return null;
  const $inc: Record<string, number> = {};
  for (const [slot, { answered, failed }] of taken) {
    if (answered > 0) $inc[`circuit.b.${slot}.ok`] = answered;
    if (failed > 0) $inc[`circuit.b.${slot}.bad`] = failed;
  }
  const outdated = outdatedSlots(b, serverNow, window).filter((slot) => !taken.has(slot));
  if (outdated.length === 0) return { $inc };
  return { $inc, $unset: Object.fromEntries(outdated.map((slot) => [`circuit.b.${slot}`, ''] as const)) };
}
