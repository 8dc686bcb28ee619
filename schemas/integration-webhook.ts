import type { HydratedDocument, Model, Types } from 'mongoose';
import { Schema } from 'mongoose';
import { embeddedRequestSchema, type EmbedsRequests } from './embedded-request.js';
import type { RelatedModelNames, StoredError } from './integration-request.js';
import { isString } from './partial-filters.js';

const webhookStatuses = ['pending', 'processing', 'processed', 'failed'] as const;
export type WebhookStatus = (typeof webhookStatuses)[number];

/** One received webhook, as stored in `integration_webhooks`; kept for audit and replay. */
export interface IntegrationWebhookFields extends EmbedsRequests {
  _id: Types.ObjectId;
  /** Null: received for the provider as a whole. */
  integrationId: Types.ObjectId | null;
  provider: string;
  eventType: string | null;
  /** The sender's id of the delivery. */
  deliveryId: string | null;
  payload: unknown;
  headers: Record<string, string | string[]>;
  status: WebhookStatus;
  error: StoredError | null;
  processedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export type IntegrationWebhookDocument = HydratedDocument<IntegrationWebhookFields>;
export type IntegrationWebhookModel = Model<IntegrationWebhookFields>;
type IntegrationWebhookSchema = Schema<IntegrationWebhookFields, IntegrationWebhookModel>;

/** The schema of `integration_webhooks`: one document for each delivery. */
export function integrationWebhookSchema(collection: string, models: RelatedModelNames): IntegrationWebhookSchema {
  const schema: IntegrationWebhookSchema = new Schema(
    {
      integrationId: { type: Schema.Types.ObjectId, default: null },
      provider: { type: String, required: true },
      eventType: { type: String, default: null },
      deliveryId: { type: String, default: null },
      payload: { type: Schema.Types.Mixed, default: null },
      headers: { type: Schema.Types.Mixed, default: () => ({}) },
      status: { type: String, enum: webhookStatuses, default: 'pending' },
      error: { type: Schema.Types.Mixed, default: null },
      processedAt: { type: Date, default: null },
      requests: { type: [embeddedRequestSchema()], default: [] },
      requestCount: { type: Number, default: 0 },
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false, minimize: false },
  );
  schema.virtual('integration', {
    ref: models.integration,
    localField: 'integrationId',
    foreignField: '_id',
    justOne: true,
  });
  schema.index(
    { provider: 1, integrationId: 1, deliveryId: 1 },
    { unique: true, partialFilterExpression: { deliveryId: isString } },
  );
  schema.index({ integrationId: 1, createdAt: -1 });
  // Few of many are unresolved: the sweep after a crash looks at nothing else.
  schema.index(
    { status: 1, updatedAt: 1 },
    { partialFilterExpression: { status: { $in: ['pending', 'processing', 'failed'] } } },
  );
  return schema;
}
