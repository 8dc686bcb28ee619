import { ambient, type RequestContext } from '../context.js';
import type { Call } from '../requests/call.js';
import type { CircuitPass } from '../requests/stages/guard-circuit.js';

/**
 * The calls of this process that probe: those that hold a probe, and those to the same integration that their callbacks
 * make. Were these refused, the callback would fail by it, and its circuit never close.
 */
export interface ProbingCalls {
  /** Whether the call is made by the callback of one that probes the same integration. */
  isMadeByProbe(call: Call): boolean;
  /** Adds the call until its pass is settled. */
  add(call: Call, pass: CircuitPass): CircuitPass;
}

export function createProbingCalls(): ProbingCalls {
  const integrations = new WeakMap<RequestContext, string>();
  return {
    isMadeByProbe({ integrationId }) {
      const { request } = ambient();
      return request !== null && integrations.get(request) === integrationId.toHexString();
    },
    add(call, pass) {
      integrations.set(call, call.integrationId.toHexString());
      return {
        settle(result) {
          integrations.delete(call);
          return pass.settle(result);
        },
      };
    },
  };
}
