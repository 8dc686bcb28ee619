import type { HydratedDocument, Model, Types } from 'mongoose';
import { Schema } from 'mongoose';

/** A write that must happen at most once, as stored in `integration_idempotency_keys`. */
export interface IntegrationIdempotencyKeyFields {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  /** At most 191 characters. */
  key: string;
  createdAt: Date;
  updatedAt: Date;
}

export type IntegrationIdempotencyKeyDocument = HydratedDocument<IntegrationIdempotencyKeyFields>;
export type IntegrationIdempotencyKeyModel = Model<IntegrationIdempotencyKeyFields>;

/** The schema of `integration_idempotency_keys`: one document for each key of an integration. */
export function integrationIdempotencyKeySchema(
  collection: string,
): Schema<IntegrationIdempotencyKeyFields, IntegrationIdempotencyKeyModel> {
  const schema = new Schema<IntegrationIdempotencyKeyFields, IntegrationIdempotencyKeyModel>(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      key: { type: String, required: true, maxlength: 191 },
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false },
  );
  schema.index({ integrationId: 1, key: 1 }, { unique: true });
  return schema;
}
