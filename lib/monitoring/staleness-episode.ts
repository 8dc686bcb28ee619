import type { IntegrationDocument, IntegrationFields, IntegrationModel } from '../../schemas/integration.js';
import { durableWrite } from '../durable-write.js';
import type { EventHub } from '../event-hub.js';
import type { IncidentSignals } from '../incidents/incident-signals.js';
import { integrationCollection } from '../integration-store/integration-collection.js';

export interface StalenessParts {
  readonly model: IntegrationModel;
  readonly events: Pick<EventHub, 'emit'>;
  readonly incidents: IncidentSignals;
}

type Seen = Pick<IntegrationFields, '_id' | 'lastSyncedAt' | 'syncIntervalMinutes'>;

const after = { ...durableWrite, returnDocument: 'after' } as const;

/**
 * Begins an episode of overdue syncs, unless one has begun, or a clean sync has ended, since the integration was read.
 *
 * @returns Whether this process began it.
 */
export async function beginStaleness(
  parts: StalenessParts,
  { _id, lastSyncedAt, syncIntervalMinutes }: Seen,
): Promise<boolean> {
  const stored = await integrationCollection(parts.model).findOneAndUpdate(
    { _id, isActive: true, staleSince: null, lastSyncedAt, syncIntervalMinutes },
    [{ $set: { staleSince: '$$NOW', updatedAt: '$$NOW' } }],
    after,
  );
  if (stored === null) return false;
  const integration = parts.model.hydrate(stored);
  parts.events.emit('syncBecameStale', () => ({ integration, lastSyncedAt: integration.lastSyncedAt }));
  await parts.incidents.signal(integration, 'staleness', 'warning', () => severityNow(parts, integration));
  return true;
}

/**
 * Ends the episode of overdue syncs, if there is one: to be called after a clean sync.
 *
 * @returns Whether this process ended it.
 */
export async function recoverStaleness(parts: StalenessParts, { _id }: Pick<Seen, '_id'>): Promise<boolean> {
  const stored = await integrationCollection(parts.model).findOneAndUpdate(
    { _id, staleSince: { $ne: null } },
    [{ $set: { staleSince: null, updatedAt: '$$NOW' } }],
    after,
  );
  if (stored === null) return false;
  const integration = parts.model.hydrate(stored);
  parts.events.emit('syncStalenessRecovered', () => ({ integration }));
  await parts.incidents.signal(integration, 'staleness', null, () => severityNow(parts, integration));
  return true;
}

/** Keeps the incident of an episode from passing for forgotten. */
export async function remindOfStaleness(parts: StalenessParts, { _id }: Pick<Seen, '_id'>): Promise<void> {
  const integration = await parts.model.findOne({ _id });
  if (integration === null) return;
  await parts.incidents.remind(integration, 'staleness', 'warning', () => severityNow(parts, integration));
}

async function severityNow({ model }: StalenessParts, { _id }: IntegrationDocument): Promise<'warning' | null> {
  const options = { projection: { staleSince: 1 }, readPreference: 'primary' } as const;
  const stored = await integrationCollection(model).findOne<Pick<IntegrationFields, 'staleSince'>>({ _id }, options);
  return stored?.staleSince instanceof Date ? 'warning' : null;
}
