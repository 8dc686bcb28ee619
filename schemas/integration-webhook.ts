import type { HydratedDocument, Model, mongo, QueryWithHelpers, Types } from 'mongoose';
import { Schema } from 'mongoose';
import { embeddedRequestSchema, type EmbedsRequests } from './embedded-request.js';
import type { RelatedModelNames, StoredError } from './integration-request.js';
import { isDate, isString } from './partial-filters.js';

/** All statuses of a webhook. */
export const webhookStatuses = ['pending', 'processing', 'processed', 'failed'] as const;
/** How far a webhook has come. `failed`: it is not tried any more. */
export type WebhookStatus = (typeof webhookStatuses)[number];

/** One received webhook, as stored in `integration_webhooks`; kept for audit and replay. */
export interface IntegrationWebhookFields extends EmbedsRequests {
  _id: Types.ObjectId;
  /** Null: received for the provider as a whole. */
  integrationId: Types.ObjectId | null;
  provider: string;
  eventType: string | null;
  /** The sender's id of the delivery; null: it sends none. */
  deliveryId: string | null;
  /** Stands for the delivery id where there is none, for a while: a digest of the body; null: not, or not any more. */
  bodyKey: string | null;
  /** When it no longer does. */
  bodyKeyExpiresAt: Date | null;
  /** Those that share one are handled one after the other; null: in any order. */
  orderingKey: string | null;
  method: string;
  /** The public URL, query included. */
  url: string;
  /** Names in lower case; without authorization, cookies and signatures. */
  headers: Record<string, string | string[]>;
  /** The exact bytes of the body; a compact JWE where the provider has `sealWebhooks`. */
  payload: mongo.Binary | string;
  /** `processing` is shown of what takes a while. */
  status: WebhookStatus;
  /** Attempts that ended in success or failure. */
  attempts: number;
  /** Processes that died while it ran and they knew that it might be the reason; 0 again when an attempt has ended. */
  crashes: number;
  /** From when on it can be handled; while somebody handles it, when the lease ends. */
  availableAt: Date;
  /** Who handles it, unless his lease has ended; null: nobody. */
  lease: string | null;
  /** Since when it has been put off because the other API holds calls back; null: it is not. */
  deferredSince: Date | null;
  error: StoredError | null;
  /** When it was processed, or given up. */
  processedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What narrows a query for received webhooks. */
export interface IntegrationWebhookQueryHelpers {
  pending(): IntegrationWebhookQuery;
  processing(): IntegrationWebhookQuery;
  processed(): IntegrationWebhookQuery;
  failed(): IntegrationWebhookQuery;
  /** Shown as being handled, without a sign of life for so many seconds. */
  staleProcessing(seconds: number): IntegrationWebhookQuery;
}

/** A query for received webhooks, which takes the helpers one after the other. */
export type IntegrationWebhookQuery = QueryWithHelpers<
  IntegrationWebhookDocument[],
  IntegrationWebhookDocument,
  IntegrationWebhookQueryHelpers
>;

/** One received webhook. */
export type IntegrationWebhookDocument = HydratedDocument<IntegrationWebhookFields>;
/** The model of received webhooks. */
export type IntegrationWebhookModel = Model<IntegrationWebhookFields, IntegrationWebhookQueryHelpers>;
type IntegrationWebhookSchema = Schema<
  IntegrationWebhookFields,
  IntegrationWebhookModel,
  object,
  IntegrationWebhookQueryHelpers
>;

/** The schema of `integration_webhooks`: one document for each delivery. */
export function integrationWebhookSchema(collection: string, models: RelatedModelNames): IntegrationWebhookSchema {
  const schema: IntegrationWebhookSchema = new Schema(
    {
      integrationId: { type: Schema.Types.ObjectId, default: null },
      provider: { type: String, required: true },
      eventType: { type: String, default: null },
      deliveryId: { type: String, default: null },
      bodyKey: { type: String, default: null },
      bodyKeyExpiresAt: { type: Date, default: null },
      orderingKey: { type: String, default: null },
      method: { type: String, required: true },
      url: { type: String, required: true },
      headers: { type: Schema.Types.Mixed, default: () => ({}) },
      payload: { type: Schema.Types.Mixed, required: true },
      status: { type: String, enum: webhookStatuses, default: 'pending' },
      attempts: { type: Number, default: 0 },
      crashes: { type: Number, default: 0 },
      availableAt: { type: Date, required: true },
      lease: { type: String, default: null },
      deferredSince: { type: Date, default: null },
      error: { type: Schema.Types.Mixed, default: null },
      processedAt: { type: Date, default: null },
      requests: { type: [embeddedRequestSchema()], default: [] },
      requestCount: { type: Number, default: 0 },
    },
    {
      collection,
      timestamps: true,
      autoIndex: false,
      autoCreate: false,
      minimize: false,
      toJSON: { transform: omitPayload },
    },
  );
  declareRelation(schema, models);
  declareQueryHelpers(schema);
  declareIndexes(schema);
  return schema;
}

/** The body is stored complete: JSON of a document goes to places where people look, and logs. */
function omitPayload(_document: unknown, { payload: _payload, ...shown }: Record<string, unknown>) {
  return shown;
}

function declareRelation(schema: IntegrationWebhookSchema, models: RelatedModelNames): void {
  schema.virtual('integration', {
    ref: models.integration,
    localField: 'integrationId',
    foreignField: '_id',
    justOne: true,
  });
}

function declareQueryHelpers(schema: IntegrationWebhookSchema): void {
  schema.query.pending = function (this: IntegrationWebhookQuery) {
    return this.where({ status: 'pending' });
  };
  schema.query.processing = function (this: IntegrationWebhookQuery) {
    return this.where({ status: 'processing' });
  };
  schema.query.processed = function (this: IntegrationWebhookQuery) {
    return this.where({ status: 'processed' });
  };
  schema.query.failed = function (this: IntegrationWebhookQuery) {
    return this.where({ status: 'failed' });
  };
  schema.query.staleProcessing = function (this: IntegrationWebhookQuery, seconds) {
    return this.where({ status: 'processing', updatedAt: { $lte: new Date(Date.now() - seconds * 1_000) } });
  };
}

function declareIndexes(schema: IntegrationWebhookSchema): void {
  schema.index(
    { provider: 1, integrationId: 1, deliveryId: 1 },
    { unique: true, partialFilterExpression: { deliveryId: isString } },
  );
  schema.index({ bodyKey: 1 }, { unique: true, partialFilterExpression: { bodyKey: isString } });
  schema.index({ bodyKeyExpiresAt: 1 }, { partialFilterExpression: { bodyKeyExpiresAt: isDate } });
  schema.index({ integrationId: 1, createdAt: -1 });
  // Few of many are unresolved, and all that is frequent looks at those alone.
  schema.index({ availableAt: 1 }, { partialFilterExpression: { status: { $in: ['pending', 'processing'] } } });
  schema.index(
    { status: 1, updatedAt: 1 },
    { partialFilterExpression: { status: { $in: ['pending', 'processing', 'failed'] } } },
  );
  schema.index(
    { provider: 1, integrationId: 1, orderingKey: 1, status: 1, createdAt: 1, _id: 1 },
    { partialFilterExpression: { status: { $in: ['pending', 'processing'] }, orderingKey: isString } },
  );
  schema.index({ processedAt: 1 }, { partialFilterExpression: { status: 'processed' } });
  // How many have failed, of each integration.
  schema.index({ integrationId: 1, status: 1 }, { partialFilterExpression: { status: 'failed' } });
}
