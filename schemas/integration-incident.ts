import type { HydratedDocument, Model, Types } from 'mongoose';
import { Schema } from 'mongoose';

/** From the least to the most severe. */
export const incidentSeverities = ['warning', 'major', 'critical'] as const;
/** How bad it is; see {@link incidentSeverities}. */
export type IncidentSeverity = (typeof incidentSeverities)[number];

/** What can be wrong with an integration at the same time. */
export const incidentSources = ['health', 'circuit', 'staleness'] as const;
/** What is wrong; see {@link incidentSources}. */
export type IncidentSource = (typeof incidentSources)[number];

/** A time in which something was wrong with an integration, as stored in `integration_incidents`. */
export interface IntegrationIncidentFields {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  /** One open incident for each integration. */
  status: 'open' | 'closed';
  /** What is wrong now, by source; null: over, or never wrong. All are null when it is closed, unless it went stale. */
  sources: Record<IncidentSource, IncidentSeverity | null>;
  /** The worst of what is wrong now; of a closed one, what it was at last. */
  severity: IncidentSeverity;
  /** The worst that it ever was. */
  peakSeverity: IncidentSeverity;
  openedAt: Date;
  /** When anything was last said about it. */
  lastSignalAt: Date;
  closedAt: Date | null;
  /** `recovered`: nothing is wrong any more; `stale`: nobody has said anything for long. */
  closeReason: 'recovered' | 'stale' | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A time in which something was wrong with an integration. */
export type IntegrationIncidentDocument = HydratedDocument<IntegrationIncidentFields>;
/** The model of incidents. */
export type IntegrationIncidentModel = Model<IntegrationIncidentFields>;

/** The schema of `integration_incidents`. */
export function integrationIncidentSchema(
  collection: string,
): Schema<IntegrationIncidentFields, IntegrationIncidentModel> {
  const severity = { type: String, enum: incidentSeverities };
  const source = { ...severity, default: null };
  const schema = new Schema<IntegrationIncidentFields, IntegrationIncidentModel>(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      status: { type: String, enum: ['open', 'closed'], required: true },
      sources: { health: source, circuit: source, staleness: source },
      severity: { ...severity, required: true },
      peakSeverity: { ...severity, required: true },
      openedAt: { type: Date, required: true },
      lastSignalAt: { type: Date, required: true },
      closedAt: { type: Date, default: null },
      closeReason: { type: String, enum: ['recovered', 'stale', null], default: null },
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false },
  );
  // At most one that is open: two processes that open one at the same time get the same.
  schema.index({ integrationId: 1 }, { unique: true, partialFilterExpression: { status: 'open' } });
  // Listed from the newest on: of an integration, of a status, of all.
  schema.index({ integrationId: 1, openedAt: -1, _id: -1 });
  schema.index({ status: 1, openedAt: -1, _id: -1 });
  schema.index({ lastSignalAt: 1 }, { partialFilterExpression: { status: 'open' } });
  return schema;
}
