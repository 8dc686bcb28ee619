import type { Model, Types } from 'mongoose';
import { Schema } from 'mongoose';
import { isDate } from './partial-filters.js';

/** Something that syncs have seen upstream, as stored in `integration_sync_entities`, to notice when it is gone. */
export interface IntegrationSyncEntityFields {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  eventClass: string;
  externalId: string;
  /** The run that saw it last. */
  lastRunId: Types.ObjectId;
  /** When that run began, so that an earlier one that is settled again knows that it has nothing to say. */
  lastSeenAt: Date;
  /** When a full run did not see it; null: it is there, as far as known. */
  missingSince: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The model of what syncs have seen. */
export type IntegrationSyncEntityModel = Model<IntegrationSyncEntityFields>;

/** The schema of `integration_sync_entities`. */
export function integrationSyncEntitySchema(
  collection: string,
): Schema<IntegrationSyncEntityFields, IntegrationSyncEntityModel> {
  const schema = new Schema<IntegrationSyncEntityFields, IntegrationSyncEntityModel>(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      eventClass: { type: String, required: true },
      externalId: { type: String, required: true },
      lastRunId: { type: Schema.Types.ObjectId, required: true },
      lastSeenAt: { type: Date, required: true },
      missingSince: { type: Date, default: null },
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false },
  );
  schema.index({ integrationId: 1, eventClass: 1, externalId: 1 }, { unique: true });
  // What is there, and has not been seen since a run began.
  schema.index({ integrationId: 1, missingSince: 1, lastSeenAt: 1 });
  // Of all integrations what has been missing for long.
  schema.index({ missingSince: 1 }, { partialFilterExpression: { missingSince: isDate } });
  // What is missing, page by page.
  schema.index({ integrationId: 1, _id: 1 }, { partialFilterExpression: { missingSince: isDate } });
  return schema;
}
