import type { HydratedDocument, Model, QueryWithHelpers, Types } from 'mongoose';
import { Schema } from 'mongoose';
import { embeddedRequestSchema, type EmbedsRequests } from './embedded-request.js';
import type { RelatedModelNames, StoredError } from './integration-request.js';
import { isString } from './partial-filters.js';

const STATUS_PENDING = 'pending';
const STATUS_PROCESSING = 'processing';
const STATUS_SUCCESS = 'success';
const STATUS_FAILED = 'failed';
const STATUS_SKIPPED = 'skipped';

const statuses = { STATUS_PENDING, STATUS_PROCESSING, STATUS_SUCCESS, STATUS_FAILED, STATUS_SKIPPED } as const;

/** What the model has beside what every model has: the statuses by name. */
export interface IntegrationSyncItemStatics {
  readonly STATUS_PENDING: 'pending';
  readonly STATUS_PROCESSING: 'processing';
  readonly STATUS_SUCCESS: 'success';
  readonly STATUS_FAILED: 'failed';
  readonly STATUS_SKIPPED: 'skipped';
}

/** How far a sync item has come. `skipped`: it is not to be handled any more. */
export type SyncItemStatus = IntegrationSyncItemStatics[keyof IntegrationSyncItemStatics];

/** All of them. */
export const syncItemStatuses: readonly SyncItemStatus[] = Object.values(statuses);

const terminal: readonly SyncItemStatus[] = [STATUS_SUCCESS, STATUS_FAILED, STATUS_SKIPPED];
/** `failed`, `pending` and `processing` come before it, `success` after; see `partial-filters` for why a range. */
const isUnresolved = { $lt: STATUS_SKIPPED };

/** One item dispatched in a sync run, as stored in `integration_sync_items`. */
export interface IntegrationSyncItemFields extends EmbedsRequests {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  /** The batch that carried the item; operations only. */
  batchId: Types.ObjectId | null;
  /** The operation log of the run. */
  syncLogId: Types.ObjectId | null;
  /** Name of the event that the application's listeners get. */
  eventClass: string;
  /** At most 500 characters; null is never taken for a repetition. */
  externalId: string | null;
  /** As dispatched; a compact JWE where the provider has payloads sealed. */
  payload: unknown;
  checkpointValue: unknown;
  status: SyncItemStatus;
  error: StoredError | null;
  attempts: number;
  completedAt: Date | null;
  /** Order of dispatch within the run. */
  sequence: number;
  /** Not to be tried before; null: at once. */
  availableAt: Date | null;
  /** How many processes died while it ran, one after the other. */
  crashes: number;
  /** When the other API, or a missing listener, first put it off since its last attempt; null: it is not put off. */
  deferredSince: Date | null;
  /** In how many runs in a row it has failed; counted where it has an `externalId`. */
  failedRuns: number;
  /** Why an item is skipped: an operator's words, or `superseded` by a later run; null: it is not. */
  skipReason: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What a sync item can do. */
export interface IntegrationSyncItemMethods {
  /** Has it come to its end: success, failed or skipped? */
  isTerminal(): boolean;
}

/** What narrows a query for sync items. */
export interface IntegrationSyncItemQueryHelpers {
  pending(): IntegrationSyncItemQuery;
  processing(): IntegrationSyncItemQuery;
  successful(): IntegrationSyncItemQuery;
  failed(): IntegrationSyncItemQuery;
  skipped(): IntegrationSyncItemQuery;
  /** Pending or processing. */
  inFlight(): IntegrationSyncItemQuery;
  forBatch(batchId: Types.ObjectId | string): IntegrationSyncItemQuery;
  forSyncLog(syncLogId: Types.ObjectId | string): IntegrationSyncItemQuery;
  forIntegration(integrationId: Types.ObjectId | string): IntegrationSyncItemQuery;
}

/** A query for sync items, which takes the helpers one after the other. */
export type IntegrationSyncItemQuery = QueryWithHelpers<
  IntegrationSyncItemDocument[],
  IntegrationSyncItemDocument,
  IntegrationSyncItemQueryHelpers
>;

/** One item of a sync run. */
export type IntegrationSyncItemDocument = HydratedDocument<IntegrationSyncItemFields, IntegrationSyncItemMethods>;
/** The model of sync items. */
export type IntegrationSyncItemModel = Model<
  IntegrationSyncItemFields,
  IntegrationSyncItemQueryHelpers,
  IntegrationSyncItemMethods
> &
  IntegrationSyncItemStatics;

type IntegrationSyncItemSchema = Schema<
  IntegrationSyncItemFields,
  IntegrationSyncItemModel,
  IntegrationSyncItemMethods,
  IntegrationSyncItemQueryHelpers,
  object,
  IntegrationSyncItemStatics
>;

/** The schema of `integration_sync_items`: one document for each item of a run. */
export function integrationSyncItemSchema(collection: string, models: RelatedModelNames): IntegrationSyncItemSchema {
  const schema: IntegrationSyncItemSchema = new Schema(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      batchId: { type: Schema.Types.ObjectId, default: null },
      syncLogId: { type: Schema.Types.ObjectId, default: null },
      eventClass: { type: String, required: true },
      externalId: { type: String, default: null, maxlength: 500 },
      payload: { type: Schema.Types.Mixed, default: null },
      checkpointValue: { type: Schema.Types.Mixed, default: null },
      status: { type: String, enum: syncItemStatuses, default: STATUS_PENDING },
      error: { type: Schema.Types.Mixed, default: null },
      attempts: { type: Number, default: 0 },
      completedAt: { type: Date, default: null },
      sequence: { type: Number, default: 0 },
      availableAt: { type: Date, default: null },
      crashes: { type: Number, default: 0 },
      deferredSince: { type: Date, default: null },
      failedRuns: { type: Number, default: 0 },
      skipReason: { type: String, default: null },
      requests: { type: [embeddedRequestSchema()], default: [] },
      requestCount: { type: Number, default: 0 },
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false, minimize: false },
  );
  Object.assign(schema.statics, statuses);
  schema.methods.isTerminal = function () {
    return terminal.includes(this.status);
  };
  declareRelations(schema, models);
  declareQueryHelpers(schema);
  declareIndexes(schema);
  return schema;
}

function declareRelations(schema: IntegrationSyncItemSchema, models: RelatedModelNames): void {
  schema.virtual('integration', {
    ref: models.integration,
    localField: 'integrationId',
    foreignField: '_id',
    justOne: true,
  });
  schema.virtual('syncLog', { ref: models.log, localField: 'syncLogId', foreignField: '_id', justOne: true });
}

function declareQueryHelpers(schema: IntegrationSyncItemSchema): void {
  schema.query.pending = function (this: IntegrationSyncItemQuery) {
    return this.where({ status: STATUS_PENDING });
  };
  schema.query.processing = function (this: IntegrationSyncItemQuery) {
    return this.where({ status: STATUS_PROCESSING });
  };
  schema.query.successful = function (this: IntegrationSyncItemQuery) {
    return this.where({ status: STATUS_SUCCESS });
  };
  schema.query.failed = function (this: IntegrationSyncItemQuery) {
    return this.where({ status: STATUS_FAILED });
  };
  schema.query.skipped = function (this: IntegrationSyncItemQuery) {
    return this.where({ status: STATUS_SKIPPED });
  };
  schema.query.inFlight = function (this: IntegrationSyncItemQuery) {
    return this.where({ status: { $in: [STATUS_PENDING, STATUS_PROCESSING] } });
  };
  schema.query.forBatch = function (this: IntegrationSyncItemQuery, batchId) {
    return this.where({ batchId });
  };
  schema.query.forSyncLog = function (this: IntegrationSyncItemQuery, syncLogId) {
    return this.where({ syncLogId });
  };
  schema.query.forIntegration = function (this: IntegrationSyncItemQuery, integrationId) {
    return this.where({ integrationId });
  };
}

function declareIndexes(schema: IntegrationSyncItemSchema): void {
  // Few of many are unresolved, and the frequent questions are about those.
  const partialFilterExpression = { status: isUnresolved };
  schema.index({ integrationId: 1, status: 1, _id: 1 }, { partialFilterExpression });
  // Of all integrations, for operators: what is done, or about to be, costs nothing.
  schema.index({ status: 1, _id: 1 }, { partialFilterExpression: { status: STATUS_FAILED } });
  schema.index({ integrationId: 1, createdAt: -1 });
  // In order of dispatch, as checkpoints are reduced.
  schema.index({ syncLogId: 1, status: 1, sequence: 1 });
  schema.index({ batchId: 1, status: 1 }, { partialFilterExpression });
  schema.index(
    { syncLogId: 1, eventClass: 1, externalId: 1 },
    { unique: true, partialFilterExpression: { externalId: isString } },
  );
}
