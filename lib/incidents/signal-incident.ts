import type { IntegrationDocument } from '../../schemas/integration.js';
import { Types } from 'mongoose';
import type {
  IncidentSeverity,
  IncidentSource,
  IntegrationIncidentFields,
  IntegrationIncidentModel,
} from '../../schemas/integration-incident.js';
import { durableWrite } from '../durable-write.js';
import type { EventHub } from '../event-hub.js';
import { despiteOthers } from '../failures/despite-others.js';
import { driverCollection } from '../driver-collection.js';
import { cleared, raised } from './incident-updates.js';

export interface IncidentSignalParts {
  readonly model: IntegrationIncidentModel;
  readonly events: Pick<EventHub, 'emit'>;
}

/** What is said about an integration: that something is wrong with it, or, with null, that it is well again. */
export interface IncidentSignal {
  readonly source: IncidentSource;
  readonly severity: IncidentSeverity | null;
}

/** As often another process may open or close an incident between two tries. */
const mostTries = 10;

/**
 * Opens, continues or closes the incident of an integration, each by one atomic update, and emits `incidentOpened` or
 * `incidentClosed` where this very update did it. That something is well of which nobody had said otherwise, writes
 * nothing.
 */
export async function signalIncident(
  parts: IncidentSignalParts,
  integration: IntegrationDocument,
  { source, severity }: IncidentSignal,
): Promise<void> {
  if (severity === null) await clear(parts, integration, source);
  else await raise(parts, integration, { source, severity });
}

async function raise(
  parts: IncidentSignalParts,
  integration: IntegrationDocument,
  { source, severity }: { source: IncidentSource; severity: IncidentSeverity },
): Promise<void> {
  const id = new Types.ObjectId();
  const upsert = () =>
    incidents(parts).findOneAndUpdate(
      { integrationId: integration._id, status: 'open' },
      raised(id, source, severity),
      {
        ...durableWrite,
        upsert: true,
        returnDocument: 'after',
      },
    );
  const incident = await despiteOthers(upsert, mostTries);
  if (incident?._id.equals(id) === true) announce(parts, 'incidentOpened', integration, incident);
}

async function clear(
  parts: IncidentSignalParts,
  integration: IntegrationDocument,
  source: IncidentSource,
): Promise<void> {
  const incident = await incidents(parts).findOneAndUpdate(
    { integrationId: integration._id, status: 'open', [`sources.${source}`]: { $ne: null } },
    cleared(source),
    { ...durableWrite, returnDocument: 'after' },
  );
  if (incident?.status === 'closed') announce(parts, 'incidentClosed', integration, incident);
}

/** Emits the event of an incident, given as it is stored. */
export function announce(
  { model, events }: IncidentSignalParts,
  event: 'incidentOpened' | 'incidentClosed',
  integration: IntegrationDocument,
  stored: IntegrationIncidentFields,
): void {
  events.emit(event, () => ({ integration, incident: model.hydrate(stored) }));
}

/** The driver's collection of incidents: no option of the host's Mongoose changes what is asked. */
export function incidents({ model }: Pick<IncidentSignalParts, 'model'>) {
  return driverCollection<IntegrationIncidentFields>(model);
}
