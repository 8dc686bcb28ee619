import type { Model, Types } from 'mongoose';
import { Schema } from 'mongoose';

/**
 * Sync items that travel together, as stored in `integration_sync_batches`: a process leases all of them by one write.
 * Every item that is neither done nor given up is in a batch.
 */
export interface IntegrationSyncBatchFields {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  syncLogId: Types.ObjectId;
  /** The items that are left. */
  ids: Types.ObjectId[];
  /** When the lease ends; without one, from when on the batch can be claimed. */
  availableAt: Date;
  /** Who fills it (`fill:…`) or works on it; null: nobody. */
  lease: string | null;
  /** A process died with it: which of its items did it is not known yet. */
  isCareful: boolean;
  /** Nobody had worked on it before who holds it; absent: nobody has yet. */
  isFirst?: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** The model of batches of sync items. */
export type IntegrationSyncBatchModel = Model<IntegrationSyncBatchFields>;

/** The schema of `integration_sync_batches`. */
export function integrationSyncBatchSchema(
  collection: string,
): Schema<IntegrationSyncBatchFields, IntegrationSyncBatchModel> {
  const schema = new Schema<IntegrationSyncBatchFields, IntegrationSyncBatchModel>(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      syncLogId: { type: Schema.Types.ObjectId, required: true },
      ids: { type: [Schema.Types.ObjectId], default: [] },
      availableAt: { type: Date, required: true },
      lease: { type: String, default: null },
      isCareful: { type: Boolean, default: false },
      isFirst: { type: Boolean },
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false },
  );
  schema.index({ syncLogId: 1, availableAt: 1 });
  schema.index({ integrationId: 1 });
  return schema;
}
