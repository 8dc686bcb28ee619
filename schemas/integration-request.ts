import type { HydratedDocument, Model, Types } from 'mongoose';
import { Schema } from 'mongoose';
import { isObjectId, isString } from './partial-filters.js';

/** What went wrong, as stored: redacted, and without the payload. */
export interface StoredError {
  /** Class of the error, e.g. `TypeError`. */
  class: string;
  message: string;
  /** Stable code of the error (ours, Node's, the SDK's), where it has one. */
  code: string | number | null;
  /** The first lines of the stack. */
  trace: string | null;
}

/** One API call of a logical call; retries included. */
export interface RequestAttempt {
  /** From 1. */
  number: number;
  startedAt: Date;
  durationMs: number;
  statusCode: number | null;
  error: StoredError | null;
  failureClass: string | null;
  providerRequestId: string | null;
  /** How long the retry waited before this attempt, in milliseconds. */
  delayBeforeMs: number;
}

/** One logical call, as stored in `integration_requests`. */
export interface IntegrationRequestFields {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  /** Logical endpoint or URL path. */
  endpoint: string;
  /** HTTP verb or SDK operation. */
  method: string;
  /** Of the last attempt. */
  statusCode: number | null;
  /** Redacted. */
  requestData: string | null;
  /** Redacted. */
  responseData: string | null;
  idempotencyKey: string | null;
  /** Of the last attempt. */
  providerRequestId: string | null;
  /** Of the last attempt; null when the call succeeded. */
  error: StoredError | null;
  /** Of the whole call, waiting included. */
  durationMs: number | null;
  /** The request that this one repeats by hand. */
  retryOfId: Types.ObjectId | null;
  relatedType: string | null;
  relatedId: unknown;
  cacheHits: number;
  staleHits: number;
  attempts: RequestAttempt[];
  createdAt: Date;
  updatedAt: Date;
}

/** One logical call, as it was logged. */
export type IntegrationRequestDocument = HydratedDocument<IntegrationRequestFields>;
/** The model of logged requests. */
export type IntegrationRequestModel = Model<IntegrationRequestFields>;

/** Names of the models that the virtuals of a schema populate from. */
export interface RelatedModelNames {
  readonly integration: string;
  readonly request: string;
  readonly log: string;
}

function storedErrorSchema(): Schema<StoredError> {
  return new Schema<StoredError>(
    {
      class: { type: String, required: true },
      message: { type: String, default: '' },
      code: { type: Schema.Types.Mixed, default: null },
      trace: { type: String, default: null },
    },
    { _id: false },
  );
}

function attemptSchema(): Schema<RequestAttempt> {
  return new Schema<RequestAttempt>(
    {
      number: { type: Number, required: true },
      startedAt: { type: Date, required: true },
      durationMs: { type: Number, required: true },
      statusCode: { type: Number, default: null },
      error: { type: storedErrorSchema(), default: null },
      failureClass: { type: String, default: null },
      providerRequestId: { type: String, default: null },
      delayBeforeMs: { type: Number, default: 0 },
    },
    { _id: false },
  );
}

/** The schema of `integration_requests`: one document for each logical call, one embedded attempt for each API call. */
export function integrationRequestSchema(
  collection: string,
  models: RelatedModelNames,
): Schema<IntegrationRequestFields, IntegrationRequestModel> {
  const schema = new Schema<IntegrationRequestFields, IntegrationRequestModel>(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      endpoint: { type: String, required: true },
      method: { type: String, required: true },
      statusCode: { type: Number, default: null },
      requestData: { type: String, default: null },
      responseData: { type: String, default: null },
      idempotencyKey: { type: String, default: null },
      providerRequestId: { type: String, default: null },
      error: { type: storedErrorSchema(), default: null },
      durationMs: { type: Number, default: null },
      retryOfId: { type: Schema.Types.ObjectId, default: null },
      relatedType: { type: String, default: null },
      relatedId: { type: Schema.Types.Mixed, default: null },
      cacheHits: { type: Number, default: 0 },
      staleHits: { type: Number, default: 0 },
      attempts: { type: [attemptSchema()], default: [] },
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false },
  );
  declareRelations(schema, models);
  schema.index({ integrationId: 1, createdAt: -1 });
  // Failed calls, few of many: of all integrations, and of each.
  const partialFilterExpression = { 'error.class': isString };
  schema.index({ createdAt: -1 }, { partialFilterExpression });
  schema.index({ integrationId: 1, createdAt: -1, 'error.class': 1 }, { partialFilterExpression });
  schema.index({ retryOfId: 1 }, { partialFilterExpression: { retryOfId: isObjectId } });
  schema.index({ relatedType: 1, relatedId: 1, createdAt: -1 }, { partialFilterExpression: { relatedType: isString } });
  return schema;
}

function declareRelations(
  schema: Schema<IntegrationRequestFields, IntegrationRequestModel>,
  models: RelatedModelNames,
): void {
  schema.virtual('integration', {
    ref: models.integration,
    localField: 'integrationId',
    foreignField: '_id',
    justOne: true,
  });
  schema.virtual('related', { refPath: 'relatedType', localField: 'relatedId', foreignField: '_id', justOne: true });
  schema.virtual('retryOf', { ref: models.request, localField: 'retryOfId', foreignField: '_id', justOne: true });
  schema.virtual('retries', { ref: models.request, localField: '_id', foreignField: 'retryOfId' });
}
