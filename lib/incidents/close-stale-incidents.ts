import type { Types } from 'mongoose';
import type { IntegrationModel } from '../../schemas/integration.js';
import { durableWrite } from '../durable-write.js';
import { hourMs } from '../time-units.js';
import { closedBecause } from './incident-updates.js';
import { announce, incidents, type IncidentSignalParts } from './signal-incident.js';

export interface StaleIncidentParts extends IncidentSignalParts {
  readonly integrations: IntegrationModel;
  /** Hours without a signal after which an incident is closed. */
  readonly afterHours: number;
}

const batch = 100;

/**
 * Closes the incidents that nobody has said anything about for long, and resolves to how many this process closed.
 * Several processes may do so at once: each incident is closed, and announced, by one of them.
 */
export async function closeStaleIncidents(parts: StaleIncidentParts): Promise<number> {
  const ageMs = parts.afterHours * hourMs;
  for (let closed = 0; ;) {
    const found = await incidents(parts)
      .find(
        { status: 'open', lastSignalAt: { $lt: new Date(Date.now() - ageMs) } },
        { projection: { _id: 1 }, readPreference: 'primary' },
      )
      .sort({ lastSignalAt: 1 })
      .limit(batch)
      .toArray();
    const before = closed;
    for (const { _id } of found) if (await closeStale(parts, _id, ageMs)) closed += 1;
    // None of a whole batch: another process is at it.
    if (found.length < batch || closed === before) return closed;
  }
}

async function closeStale(parts: StaleIncidentParts, _id: Types.ObjectId, ageMs: number): Promise<boolean> {
  const incident = await incidents(parts).findOneAndUpdate(
    // Signalled meanwhile? By the clock of the server, which all signals are stamped with.
    { _id, status: 'open', $expr: { $lt: ['$lastSignalAt', { $subtract: ['$$NOW', ageMs] }] } },
    [{ $set: closedBecause('stale') }],
    { ...durableWrite, returnDocument: 'after' },
  );
  if (incident === null) return false;
  const integration = await parts.integrations.findOne({ _id: incident.integrationId });
  // Of a deleted integration there is nothing to tell.
  if (integration !== null) announce(parts, 'incidentClosed', integration, incident);
  return true;
}
