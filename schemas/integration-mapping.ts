import type { HydratedDocument, Model, Types } from 'mongoose';
import { Schema } from 'mongoose';
import type { RelatedModelNames } from './integration-request.js';

/** Which record of the application an external id stands for, as stored in `integration_mappings`. */
export interface IntegrationMappingFields {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  /** At most 500 characters. */
  externalId: string;
  /** Model name of the application's record. */
  internalType: string;
  internalId: unknown;
  createdAt: Date;
  updatedAt: Date;
}

/** Which record an external id stands for. */
export type IntegrationMappingDocument = HydratedDocument<IntegrationMappingFields>;
/** The model of mappings. */
export type IntegrationMappingModel = Model<IntegrationMappingFields>;
type IntegrationMappingSchema = Schema<IntegrationMappingFields, IntegrationMappingModel>;

/** The schema of `integration_mappings`: one document for each external id and model. */
export function integrationMappingSchema(collection: string, models: RelatedModelNames): IntegrationMappingSchema {
  const schema: IntegrationMappingSchema = new Schema(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      externalId: { type: String, required: true, maxlength: 500 },
      internalType: { type: String, required: true },
      internalId: { type: Schema.Types.Mixed, required: true },
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false },
  );
  schema.virtual('integration', {
    ref: models.integration,
    localField: 'integrationId',
    foreignField: '_id',
    justOne: true,
  });
  schema.virtual('internal', {
    refPath: 'internalType',
    localField: 'internalId',
    foreignField: '_id',
    justOne: true,
  });
  schema.index({ integrationId: 1, externalId: 1, internalType: 1 }, { unique: true });
  // Finds the external id of a record, and the records that have none.
  schema.index({ integrationId: 1, internalType: 1, internalId: 1 });
  return schema;
}
