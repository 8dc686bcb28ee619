import type { IncidentSeverity } from '../../schemas/integration-incident.js';
import type { EffectiveCircuitState } from '../types/circuit.js';

/** What the state of a circuit means for the incident of its integration. */
export function severityOfCircuit(state: EffectiveCircuitState): IncidentSeverity | null {
  return state === 'open' || state === 'halfOpen' ? 'major' : null;
}
