import type { HydratedDocument, Model, QueryWithHelpers, Types } from 'mongoose';
import { Schema } from 'mongoose';
import { embeddedRequestSchema, type EmbedsRequests } from './embedded-request.js';
import type { RelatedModelNames, StoredError } from './integration-request.js';
import { isObjectId } from './partial-filters.js';

/** Who began the operation: the other side (`inbound`, a webhook) or we (`outbound`, a sync). */
export type OperationDirection = 'inbound' | 'outbound';

/** One operation (sync, import, webhook, …), as stored in `integration_logs`. */
export interface IntegrationLogFields extends EmbedsRequests {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  operation: string;
  direction: OperationDirection;
  /** Free-form; `processing`, `success` and `failed` emit events. */
  status: string;
  summary: string | null;
  externalId: string | null;
  metadata: unknown;
  resultData: unknown;
  error: StoredError | null;
  durationMs: number | null;
  /** Number of this attempt at what the operation is to achieve, from 1; null: nobody counts. */
  attempt: number | null;
  /** After so many it is given up; null: never, or nobody counts. */
  maxAttempts: number | null;
  parentId: Types.ObjectId | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What narrows a query for operation logs. */
export interface IntegrationLogQueryHelpers {
  /** Operations that ended well. */
  successful(): IntegrationLogQuery;
  /** Operations that failed. */
  failed(): IntegrationLogQuery;
  forOperation(operation: string): IntegrationLogQuery;
  /** Operations that are not part of another one. */
  topLevel(): IntegrationLogQuery;
  /** Operations begun within the last `hours`. */
  recent(hours: number): IntegrationLogQuery;
}

/** A query for operation logs, which takes the helpers one after the other. */
export type IntegrationLogQuery = QueryWithHelpers<
  IntegrationLogDocument[],
  IntegrationLogDocument,
  IntegrationLogQueryHelpers
>;

/** The log of one operation. */
export type IntegrationLogDocument = HydratedDocument<IntegrationLogFields>;
/** The model of operation logs. */
export type IntegrationLogModel = Model<IntegrationLogFields, IntegrationLogQueryHelpers>;
type IntegrationLogSchema = Schema<IntegrationLogFields, IntegrationLogModel, object, IntegrationLogQueryHelpers>;

/** The schema of `integration_logs`: one document for each operation. */
export function integrationLogSchema(collection: string, models: RelatedModelNames): IntegrationLogSchema {
  const schema: IntegrationLogSchema = new Schema(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      operation: { type: String, required: true },
      direction: { type: String, enum: ['inbound', 'outbound'], required: true },
      status: { type: String, required: true },
      summary: { type: String, default: null },
      externalId: { type: String, default: null },
      metadata: { type: Schema.Types.Mixed, default: null },
      resultData: { type: Schema.Types.Mixed, default: null },
      error: { type: Schema.Types.Mixed, default: null },
      durationMs: { type: Number, default: null },
      attempt: { type: Number, default: null },
      maxAttempts: { type: Number, default: null },
      parentId: { type: Schema.Types.ObjectId, default: null },
      requests: { type: [embeddedRequestSchema()], default: [] },
      requestCount: { type: Number, default: 0 },
    },
    // `{}` is a legitimate value of metadata and resultData.
    { collection, timestamps: true, autoIndex: false, autoCreate: false, minimize: false },
  );
  declareRelations(schema, models);
  declareQueryHelpers(schema);
  schema.index({ integrationId: 1, operation: 1, createdAt: -1 });
  schema.index({ integrationId: 1, createdAt: -1 });
  schema.index({ integrationId: 1, status: 1, createdAt: -1 });
  schema.index({ integrationId: 1, parentId: 1, createdAt: -1 });
  schema.index({ parentId: 1 }, { partialFilterExpression: { parentId: isObjectId } });
  return schema;
}

function declareRelations(schema: IntegrationLogSchema, models: RelatedModelNames): void {
  schema.virtual('integration', {
    ref: models.integration,
    localField: 'integrationId',
    foreignField: '_id',
    justOne: true,
  });
  schema.virtual('parent', { ref: models.log, localField: 'parentId', foreignField: '_id', justOne: true });
  schema.virtual('children', { ref: models.log, localField: '_id', foreignField: 'parentId' });
}

function declareQueryHelpers(schema: IntegrationLogSchema): void {
  schema.query.successful = function (this: IntegrationLogQuery) {
    return this.where({ status: 'success' });
  };
  schema.query.failed = function (this: IntegrationLogQuery) {
    return this.where({ status: 'failed' });
  };
  schema.query.forOperation = function (this: IntegrationLogQuery, operation) {
    return this.where({ operation });
  };
  schema.query.topLevel = function (this: IntegrationLogQuery) {
    return this.where({ parentId: null });
  };
  schema.query.recent = function (this: IntegrationLogQuery, hours) {
    return this.where({ createdAt: { $gte: new Date(Date.now() - hours * 3_600_000) } });
  };
}
