import type { IntegrationDocument, IntegrationFields } from '../../schemas/integration.js';
import type { IncidentSeverity } from '../../schemas/integration-incident.js';
import type { EventHub } from '../event-hub.js';
import type { IncidentSignals } from '../incidents/incident-signals.js';
import { severityOfHealth } from '../incidents/severity-of-health.js';
import type { IntegrationCollection } from '../integration-store/integration-collection.js';
import type { HealthChange } from './count-failure.js';

export interface HealthAnnouncerParts {
  readonly collection: IntegrationCollection;
  readonly events: Pick<EventHub, 'emit'>;
  readonly incidents: IncidentSignals;
}

/** Tells of what this process made of the health of an integration. */
export interface HealthAnnouncer {
  /** Of a transition once, by events and by its incident. */
  announce(integration: IntegrationDocument, change: HealthChange): Promise<void>;
  /** Makes the incident say what the stored health says. */
  reflect(integration: IntegrationDocument): Promise<void>;
}

export function createHealthAnnouncer({ collection, events, incidents }: HealthAnnouncerParts): HealthAnnouncer {
  return {
    async announce(integration, { previousStatus, after: { healthStatus: newStatus } }) {
      const severity = severityOfHealth[newStatus];
      const severityNow = () => storedSeverity(collection, integration);
      if (previousStatus !== newStatus) {
        events.emit('integrationHealthChanged', () => ({ integration, previousStatus, newStatus }));
        if (newStatus === 'disabled') events.emit('integrationDisabled', () => ({ integration }));
        await incidents.signal(integration, 'health', severity, severityNow);
      } else if (severity !== null) {
        await incidents.remind(integration, 'health', severity, severityNow);
      }
    },
    reflect: (integration) =>
      incidents.signal(integration, 'health', null, () => storedSeverity(collection, integration)),
  };
}

async function storedSeverity(
  collection: IntegrationCollection,
  { _id }: IntegrationDocument,
): Promise<IncidentSeverity | null> {
  const options = { projection: { healthStatus: 1 }, readPreference: 'primary' } as const;
  const stored = await collection.findOne<Pick<IntegrationFields, 'healthStatus'>>({ _id }, options);
  return stored === null ? null : severityOfHealth[stored.healthStatus];
}
