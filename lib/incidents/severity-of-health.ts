import type { HealthStatus } from '../../schemas/integration.js';
import type { IncidentSeverity } from '../../schemas/integration-incident.js';

/** How bad a status of health is; null: it is no incident. */
export const severityOfHealth: Readonly<Record<HealthStatus, IncidentSeverity | null>> = {
  healthy: null,
  degraded: 'warning',
  failing: 'major',
  disabled: 'critical',
};
