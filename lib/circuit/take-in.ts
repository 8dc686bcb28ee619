import type { StoredCircuit } from '../../schemas/integration-gate.js';
import type { GateReply } from '../gates/gate-view.js';
import type { GateViews } from '../gates/gate-views.js';

/** Learns from the reply to an operation on a gate: its circuit; null where the operation fitted nothing. */
export function takeIn(views: GateViews, gateId: string, reply: GateReply | null): StoredCircuit | null {
  // Somebody changed the gate: what is known of it is no longer true.
  if (reply === null) views.forget(gateId);
  else views.learn(gateId, reply);
  return reply?.circuit ?? null;
}
