import type { GateView } from '../gates/gate-view.js';
import { pause } from '../requests/pause.js';
import { withinTime } from '../within-time.js';
import type { LaneRefusal } from './lane-answer.js';
import { longestSleepMs } from './outlook.js';
import { suppressedMs } from './suppressed-ms.js';
import { createSuppressionWriter, type SuppressedGate, type SuppressionParts } from './suppression-writer.js';
import type { TokenRequest } from './take-tokens.js';

/** Keeps to what the answers of the other API ask for. */
export interface Suppression {
  /** Waits until the calls of an integration without rate limits are wanted again; null: they are. */
  untilOver(gateId: string, view: GateView, request: TokenRequest): Promise<LaneRefusal | null>;
  /** Holds back the calls through these gates for so long, unless they are held back longer. Never rejects. */
  suppress(gates: readonly SuppressedGate[], ms: number): Promise<void>;
}

/** A call waits no longer for what it learned to be stored. */
const longestWriteMs = 1_000;

export function createSuppression(parts: SuppressionParts): Suppression {
  const { views } = parts;
  const suppressUntil = createSuppressionWriter(parts);
  return {
    async untilOver(gateId, view, { deadline, signal }) {
      for (let latest = view; ; latest = await views.current(gateId)) {
        const left = suppressedMs(latest);
        if (left === 0) return null;
        if (performance.now() + left > deadline) return { kind: 'refusal', retryAfterMs: left, failure: null };
        await pause({ delayMs: Math.min(left + 1, longestSleepMs), signals: [signal], failure: undefined });
      }
    },
    async suppress(gates, ms) {
      const until = performance.now() + ms;
      const writes = gates
        .filter(({ id }) => ms > suppressedMs(views.known(id)))
        .map((gate) => suppressUntil(gate, until));
      if (writes.length > 0) await withinTime(Promise.all(writes), longestWriteMs, null);
    },
  };
}
