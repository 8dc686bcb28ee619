import { CircuitOpenError } from '../errors.js';
import type { GateView } from '../gates/gate-view.js';
import type { GateViews } from '../gates/gate-views.js';
import type { Call } from '../requests/call.js';
import { longestTimerMs } from '../requests/longest-timer.js';
import type { CircuitGuard, CircuitPass } from '../requests/stages/guard-circuit.js';
import type { AttemptCounter } from './attempt-counter.js';
import { forcedState, initialCircuit, isForceOver, retryAfterMs, verdictOn } from './circuit-state.js';
import type { ForcedCircuits } from './forced-circuits.js';
import type { Probes } from './probes.js';
import { createProbingCalls } from './probing-calls.js';

export interface AdmissionParts {
  readonly views: GateViews;
  readonly counter: AttemptCounter;
  readonly probes: Probes;
  readonly forcedCircuits: ForcedCircuits;
  readonly cooldownSeconds: number;
  /** How long an attempt may wait for the rate limits unless its call says otherwise, in seconds. */
  readonly maxWaitSeconds: number;
}

/** A circuit that opens within such a wait need not be noticed: what is known of it may be older. */
const shortWaitMs = 200;

const settled = Promise.resolve();

/** Nothing is counted. */
const uncounted: CircuitPass = { settle: () => settled };

/** Lets everything through. */
export const withoutCircuit: CircuitGuard = {
  admit: () => Promise.resolve(uncounted),
  confirm: () => null,
};

/**
 * Lets attempts through or refuses them by what is known of their circuits: without a query, unless it is time to
 * probe.
 */
export function createAdmission(parts: AdmissionParts): CircuitGuard {
  const { views, counter, probes, forcedCircuits, maxWaitSeconds } = parts;
  const probingCalls = createProbingCalls();

  return {
    async admit(call) {
      const { integration } = call;
      const gateId = integration._id.toHexString();
      const view = views.recent(gateId) ?? (await views.current(gateId));
      const { circuit } = view;
      if (circuit !== null && isForceOver(circuit, view.now())) void forcedCircuits.noteExpiry(integration, circuit);
      const pass = passBy(view, call, counter);
      if (pass !== 'refuse' && pass !== 'probe') {
        call.admittedAt = performance.now();
        return pass;
      }
      const isForced = circuit !== null && forcedState(circuit, view.now()) !== null;
      if (!isForced && probingCalls.isMadeByProbe(call)) return probingCalls.add(call, uncounted);
      if (pass === 'refuse') throw refusal(parts, call, view);
      const probe = await probes.begin({ integration, leaseMs: leaseOf(call, maxWaitSeconds), signal: call.signal });
      if (probe !== null) return probingCalls.add(call, probe);
      // Another attempt was first, and may have closed the circuit by now.
      const now = views.known(gateId) ?? view;
      const later = passBy(now, call, counter);
      if (later === 'refuse' || later === 'probe') throw refusal(parts, call, now);
      call.admittedAt = performance.now();
      return later;
    },
    confirm(call) {
      const { admittedAt } = call;
      return admittedAt === null || performance.now() - admittedAt < shortWaitMs ? null : confirm(parts, call);
    },
  };
}

async function confirm(parts: AdmissionParts, call: Call): Promise<void> {
  const view = await parts.views.current(call.integrationId.toHexString());
  const verdict = verdictOn(view.circuit ?? initialCircuit, view.now());
  if (verdict === 'refuse' || verdict === 'probe') throw refusal(parts, call, view);
}

function passBy(view: GateView, { integration }: Call, counter: AttemptCounter): CircuitPass | 'probe' | 'refuse' {
  const circuit = view.circuit ?? initialCircuit;
  const verdict = verdictOn(circuit, view.now());
  if (verdict === 'pass') return uncounted;
  if (verdict !== 'count') return verdict;
  return {
    settle: (result) => (result === 'unknown' ? settled : counter.count(integration, circuit.epoch, result)),
  };
}

/** For what our own side needs between the end of an attempt and the end of its lease. */
const leaseMarginMs = 5_000;

/** The attempt cannot take longer: its wait for the rate limits and its own time, or what is left of the call's. */
function leaseOf(call: Call, maxWaitSeconds: number): number {
  const waitMs = (call.spec.options.maxWaitSeconds ?? maxWaitSeconds) * 1_000;
  const longestMs = Math.min(call.limits.timeoutMs + waitMs, call.remainingMs(), longestTimerMs);
  return Math.ceil(Math.max(0, longestMs)) + leaseMarginMs;
}

function refusal({ cooldownSeconds }: AdmissionParts, call: Call, view: GateView): CircuitOpenError {
  const circuit = view.circuit ?? initialCircuit;
  const now = view.now();
  return new CircuitOpenError({
    integrationId: call.integrationId.toHexString(),
    openedAt: forcedState(circuit, now) === null ? circuit.openedAt : null,
    cooldownSeconds,
    retryAfterSeconds: Math.ceil(retryAfterMs(circuit, now, cooldownSeconds * 1_000) / 1_000),
    cause: call.previousFailure,
  });
}
