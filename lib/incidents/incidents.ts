import { trusted } from 'mongoose';
import {
  type IntegrationIncidentDocument,
  type IntegrationIncidentFields,
} from '../../schemas/integration-incident.js';
import { integrationId, integrationNotFound } from '../integration-store/integration-id.js';
import { integrationInvalid } from '../integration-store/integration-invalid.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { closeStaleIncidents, type StaleIncidentParts } from './close-stale-incidents.js';

export interface ListIncidentsInput {
  /** Default: of all integrations. */
  readonly integration?: IdOrDocument;
  /** Default: both. */
  readonly status?: IntegrationIncidentFields['status'];
  /** 1 to 1000; default 100. */
  readonly limit?: number;
}

/** What was, or is, wrong with integrations. */
export interface Incidents {
  /** The open incident of an integration; null: nothing is wrong with it. */
  current(target: IdOrDocument): Promise<IntegrationIncidentDocument | null>;
  /**
   * The newest first.
   *
   * @throws IntegrationError `INTEGRATION_INVALID` for a status or limit that is none, `INTEGRATION_NOT_FOUND` for what
   *   cannot be an id.
   */
  list(input?: ListIncidentsInput): Promise<IntegrationIncidentDocument[]>;
  /**
   * Closes the open incidents without a signal for `monitoring.closeIncidentsAfterHours`, and resolves to how many they
   * were. Several processes may do so at once.
   */
  closeStale(): Promise<number>;
}

const largestPage = 1000;
const statuses: readonly string[] = ['open', 'closed'];

export function createIncidents(parts: StaleIncidentParts): Incidents {
  const { model } = parts;
  return {
    current: (target) => model.findOne({ integrationId: idOf(target), status: 'open' }).exec(),
    async list({ integration, status, limit = 100 } = {}) {
      if (!Number.isInteger(limit) || limit < 1 || limit > largestPage) {
        throw integrationInvalid('limit', `a whole number from 1 to ${String(largestPage)}`, limit);
      }
      if (status !== undefined && !statuses.includes(status)) {
        throw integrationInvalid('status', statuses.join(' or '), status);
      }
      // Both by name, so that an index that begins with the status gives all of them in the order of time.
      const anyStatus = integration === undefined ? { status: trusted({ $in: statuses }) } : {};
      const filter: Record<string, unknown> = {
        ...(integration !== undefined && { integrationId: idOf(integration) }),
        ...(status === undefined ? anyStatus : { status }),
      };
      return model.find(filter).sort({ openedAt: -1, _id: -1 }).limit(limit);
    },
    closeStale: () => closeStaleIncidents(parts),
  };
}

function idOf(target: IdOrDocument) {
  const id = integrationId(target);
  if (id === null) throw integrationNotFound(target);
  return id;
}
