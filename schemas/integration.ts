import type { AxiosInstance } from 'axios';
import type { HydratedDocument, Model, QueryWithHelpers, SchemaDefinition, Types } from 'mongoose';
import { Schema } from 'mongoose';
import { currentContext, type RequestContext } from '../lib/context.js';
import type { PlainObject } from '../lib/types/json.js';
import { polymorphicRef, type PolymorphicTarget } from '../lib/types/polymorphic.js';
import type { StartedSync, SyncNowOptions } from '../lib/types/sync-now.js';
import type { RequestBuilder, RequestOptions } from '../lib/types/request-builder.js';
import type { SessionOption } from '../lib/types/session-option.js';
import type { IntegrationLogDocument, IntegrationLogModel } from './integration-log.js';
import type { IntegrationMappingModel } from './integration-mapping.js';
import type { IntegrationRequestModel } from './integration-request.js';
import type { IntegrationSyncItemModel } from './integration-sync-item.js';
import type { IntegrationWebhookModel } from './integration-webhook.js';
import type { MappingMethods } from './mapping-methods.js';
import type { LoggedOperation, OperationInput, OperationWork } from './operation-input.js';
import { dropClearText, omitSealedFields, refuseClearText } from './sealed-fields.js';
import { isDate } from './partial-filters.js';
import { oauthPaths, type OAuthFields } from './oauth-fields.js';
import { syncPaths, type SyncFields } from './sync-fields.js';

export const healthStatuses = ['healthy', 'degraded', 'failing', 'disabled'] as const;
export type HealthStatus = (typeof healthStatuses)[number];

export const authStatuses = ['none', 'connected', 'needsReauthorization', 'revoked'] as const;
export type AuthStatus = (typeof authStatuses)[number];

/** Who the credentials act as, as found out with credentials of that version. */
export interface StoredIdentity {
  id: string;
  name: string | null;
  email: string | null;
  fetchedAt: Date;
  credentialVersion: number;
}

/** What `integrations install` tells integrations apart by. Compared as a whole: its fields have one order. */
export interface InstalledAs {
  readonly provider: string;
  readonly name: string;
  readonly ownerType: string | null;
  readonly ownerId: unknown;
}

/** Names need not be unique, but nobody installs two of one name: of two at once this index lets one in. */
export const installedAsIndex = {
  key: { installedAs: 1 },
  options: { unique: true, partialFilterExpression: { installedAs: { $exists: true } } },
} as const;

/** A configured connection to an external service, as stored in `integrations`. */
export interface IntegrationFields extends SyncFields, OAuthFields {
  _id: Types.ObjectId;
  /** Registry key of the provider. */
  provider: string;
  /** Human-readable. */
  name: string;
  /** Compact JWE; `getCredentials()` opens it. */
  credentials: string | null;
  /** OAuth tokens, a compact JWE of their own. */
  tokens: string | null;
  /** Goes up with every change of a sealed field; such changes compare and set it. */
  credentialVersion: number;
  /** Ids of the keys that the sealed fields were sealed with; key rotation finds its work by it. */
  sealedWith: string[];
  /** Non-sensitive configuration. */
  metadata: PlainObject | null;
  /** Model name of the owner. */
  ownerType: string | null;
  ownerId: unknown;
  /** As what it was installed, which it may no longer be; absent: it was made otherwise. Read only where asked for. */
  installedAs?: InstalledAs;
  isActive: boolean;
  healthStatus: HealthStatus;
  authStatus: AuthStatus;
  consecutiveFailures: number;
  lastErrorAt: Date | null;
  /** When `checkFailureRate()` found that too many calls fail; null: they do not. */
  failureRateElevatedSince: Date | null;
  /** Of use while `credentialVersion` is the same; `integrations.authenticatedUser()` looks after it. */
  authenticatedUser: StoredIdentity | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The values of an integration, typed by its provider's schemas or data classes. */
export interface IntegrationValues<Credentials = PlainObject, Metadata = PlainObject> {
  /** The credentials, opened. */
  getCredentials(): Promise<Credentials>;
  getMetadata(): Metadata;
}

/** What an integration document can do, beside giving its values. */
export interface IntegrationMethods extends MappingMethods {
  /** An axios instance on the provider's base URL, whose calls are authorized, logged and retried. */
  readonly http: AxiosInstance;
  /** Begins a call to `endpoint`: a logical label, or a path of the provider's API. */
  at(endpoint: string): RequestBuilder;
  /** The low-level form of a call. */
  request(options: RequestOptions): Promise<unknown>;
  /** Logs an operation in one go. */
  logOperation(operation: LoggedOperation, options?: SessionOption): Promise<IntegrationLogDocument>;
  /** Logs an operation while `work` runs: `processing`, then `success` or `failed`, with the calls made meanwhile. */
  runOperation<T>(operation: OperationInput, work: OperationWork<T>): Promise<T>;
  /** The credentials, opened, as the plain object. */
  credentialsArray(): Promise<PlainObject>;
  /** A call made by other means succeeded: the counters of health are set back. Never rejects. */
  recordSuccess(): Promise<void>;
  /**
   * A call made by other means failed with that, which is judged like the failure of any other call; without an error
   * the other API is at fault. Never rejects.
   */
  recordFailure(error?: unknown): Promise<void>;
  /**
   * The OAuth access token, refreshed where it expires soon; null: there is none. Raises `REAUTHORIZATION_REQUIRED`, or
   * `OAUTH_REFRESH_FAILED` where it has expired.
   */
  getAccessToken(): Promise<string | null>;
  /** Whether less of its life is left than the provider's `refreshThreshold()`. */
  tokenExpiresSoon(): boolean;
  /** Refreshes it where it expires soon; whether there is another one now. Raises what `getAccessToken()` does. */
  refreshTokenIfNeeded(): Promise<boolean>;
  /** Begins a sync now; joins the one that is under way. Raises what `integrations.syncNow()` does. */
  syncNow(options?: SyncNowOptions): Promise<StartedSync>;
  /**
   * Notes a clean sync that was done by other means, now or at that time, and moves the next one to an interval from
   * now.
   */
  markSynced(at?: Date): Promise<void>;
  /** How many sync items are not done yet. */
  pendingSyncItemCount(): Promise<number>;
  /** The logged requests of this integration. */
  requests(): ReturnType<IntegrationRequestModel['find']>;
  /** The operation logs of this integration. */
  logs(): ReturnType<IntegrationLogModel['find']>;
  /** The id mappings of this integration. */
  mappings(): ReturnType<IntegrationMappingModel['find']>;
  /** The webhooks received for this integration. */
  webhooks(): ReturnType<IntegrationWebhookModel['find']>;
  /** The sync items of this integration. */
  syncItems(): ReturnType<IntegrationSyncItemModel['find']>;
}

/** What narrows a query for integrations. */
export interface IntegrationQueryHelpers {
  /** Integrations of one owner; null: of nobody. */
  ownedBy(owner: PolymorphicTarget | null): IntegrationQuery;
  /** Integrations that are switched on. */
  active(): IntegrationQuery;
  forProvider(provider: string): IntegrationQuery;
  /** Active integrations with an interval of their own whose next sync is due; without an interval never due. */
  dueForSync(): IntegrationQuery;
}

/** What the model can do, beside what every model can. */
export interface IntegrationStatics {
  /** The context of the call whose callback is running, or null. */
  currentContext(): RequestContext | null;
}

/** A query for integrations, which takes the helpers one after the other. */
export type IntegrationQuery = QueryWithHelpers<IntegrationDocument[], IntegrationDocument, IntegrationQueryHelpers>;

// The typed values are apart, so that the compiler need not compare Mongoose's types for each provider.
/** A configured connection to an external service. */
export type IntegrationDocument<Credentials = PlainObject, Metadata = PlainObject> = HydratedDocument<
  IntegrationFields,
  IntegrationMethods
> &
  IntegrationValues<Credentials, Metadata>;

type AllMethods = IntegrationMethods & IntegrationValues;

/** The model of integrations. */
export type IntegrationModel = Model<
  IntegrationFields,
  IntegrationQueryHelpers,
  IntegrationMethods & IntegrationValues,
  object,
  IntegrationDocument
> &
  IntegrationStatics;

type IntegrationSchema = Schema<
  IntegrationFields,
  IntegrationModel,
  AllMethods,
  IntegrationQueryHelpers,
  object,
  IntegrationStatics
>;

/** The functions behind a document's methods, given by the composition root: schemas import no service. */
export type BoundIntegrationMethods = {
  readonly [Name in Exclude<keyof AllMethods, 'http'>]: (
    this: IntegrationDocument,
    ...parameters: Parameters<AllMethods[Name]>
  ) => ReturnType<AllMethods[Name]>;
};

/** The schema of `integrations`. */
export function integrationSchema(collection: string, methods: BoundIntegrationMethods): IntegrationSchema {
  const schema: IntegrationSchema = new Schema(integrationPaths(), {
    collection,
    timestamps: true,
    autoIndex: false,
    autoCreate: false,
    minimize: false,
    toJSON: { transform: omitSealedFields },
    toObject: { transform: omitSealedFields },
  });
  schema.virtual('owner', { refPath: 'ownerType', localField: 'ownerId', foreignField: '_id', justOne: true });
  Object.assign(schema.methods, methods);
  schema.statics.currentContext = currentContext;
  declareQueryHelpers(schema);
  refuseClearText(schema);
  // Each in the order of the ids: found and listed from the oldest on, page by page.
  schema.index({ provider: 1, ownerType: 1, ownerId: 1, isActive: 1, _id: 1 });
  schema.index({ ownerType: 1, ownerId: 1, isActive: 1, _id: 1 });
  schema.index({ provider: 1, isActive: 1, _id: 1 });
  schema.index({ isActive: 1, _id: 1 });
  schema.index({ name: 1, provider: 1, _id: 1 });
  schema.index({ nextSyncAt: 1 }, { partialFilterExpression: { isActive: true, syncIntervalMinutes: { $gt: 0 } } });
  // The last two, so that what is new and has no schedule of its own can be left out.
  schema.index({ provider: 1, isActive: 1, syncPausedAt: 1, nextSyncAt: 1, syncIntervalMinutes: 1, syncCron: 1 });
  schema.index({ sealedWith: 1, _id: 1 });
  schema.index({ tokenRefreshAt: 1 }, { partialFilterExpression: { tokenRefreshAt: isDate, isActive: true } });
  // For webhooks: whose they are stands in metadata that only the provider knows.
  schema.index({ 'metadata.$**': 1 });
  schema.index(installedAsIndex.key, installedAsIndex.options);
  return schema;
}

function integrationPaths(): SchemaDefinition<IntegrationFields> {
  const sealed = { type: String, default: null, set: dropClearText };
  return {
    provider: { type: String, required: true },
    name: { type: String, required: true },
    credentials: sealed,
    tokens: sealed,
    credentialVersion: { type: Number, default: 0 },
    sealedWith: { type: [String], default: [] },
    metadata: { type: Schema.Types.Mixed, default: null },
    ownerType: { type: String, default: null },
    ownerId: { type: Schema.Types.Mixed, default: null },
    installedAs: { type: Schema.Types.Mixed, select: false },
    isActive: { type: Boolean, default: true },
    healthStatus: { type: String, enum: healthStatuses, default: 'healthy' },
    authStatus: { type: String, enum: authStatuses, default: 'none' },
    consecutiveFailures: { type: Number, default: 0 },
    lastErrorAt: { type: Date, default: null },
    ...syncPaths(),
    ...oauthPaths(),
    failureRateElevatedSince: { type: Date, default: null },
    authenticatedUser: { type: Schema.Types.Mixed, default: null },
  };
}

function declareQueryHelpers(schema: IntegrationSchema): void {
  schema.query.ownedBy = function (this: IntegrationQuery, owner) {
    if (owner === null) return this.where({ ownerType: null, ownerId: null });
    const { type, id } = polymorphicRef(owner);
    return this.where({ ownerType: type, ownerId: id });
  };
  schema.query.active = function (this: IntegrationQuery) {
    return this.where({ isActive: true });
  };
  schema.query.forProvider = function (this: IntegrationQuery, provider) {
    return this.where({ provider });
  };
  schema.query.dueForSync = function (this: IntegrationQuery) {
    return this.where({
      isActive: true,
      syncIntervalMinutes: { $gt: 0 },
      $or: [{ nextSyncAt: null }, { nextSyncAt: { $lte: new Date() } }],
    });
  };
}
