import type { HydratedDocument, Model, Types } from 'mongoose';
import { Schema } from 'mongoose';

/** All states of a write. */
export const idempotencyStates = ['in_progress', 'completed', 'unknown'] as const;
/**
 * How far a write has come: under way; answered, its result kept; or nobody knows whether it happened. A write that
 * surely did not happen has no document.
 */
export type IdempotencyState = (typeof idempotencyStates)[number];

/** A write that must happen at most once, as stored in `integration_idempotency_keys`. */
export interface IntegrationIdempotencyKeyFields {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  /** At most 191 characters. */
  key: string;
  state: IdempotencyState;
  /** Who makes the call: a new name for each. */
  owner: string;
  /** Keyed hash of what is to be written: another payload under the same key is refused. */
  fingerprint: string;
  /** Id of the encryption key that the hash was made with. */
  fingerprintKeyId: string;
  endpoint: string;
  method: string;
  /** The logged request of the call. */
  requestId: Types.ObjectId;
  /** The owner lives as long as it keeps moving this. */
  leaseUntil: Date;
  /** How long a request may be on its way after the owner has given it up, or died, in milliseconds. */
  graceMs: number;
  /** The result, sealed; null: there is none yet, or it was omitted. */
  result: string | null;
  /** The result was too large to keep, or no data. */
  isResultOmitted: boolean;
  statusCode: number | null;
  completedAt: Date | null;
  /** When the owner gave up, or its lease ran out. */
  unknownSince: Date | null;
  /** Why nobody knows: `lease_expired`, or the class of the failure. */
  unknownReason: string | null;
  /** Who asks the other API what became of the write, and until when at the latest. */
  reconciler: string | null;
  reconcileUntil: Date | null;
  /** When a completed write is forgotten; null: not by itself. */
  expireAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A write that must happen at most once. */
export type IntegrationIdempotencyKeyDocument = HydratedDocument<IntegrationIdempotencyKeyFields>;
/** The model of writes that must happen at most once. */
export type IntegrationIdempotencyKeyModel = Model<IntegrationIdempotencyKeyFields>;

type IdempotencyKeySchema = Schema<IntegrationIdempotencyKeyFields, IntegrationIdempotencyKeyModel>;

/** The schema of `integration_idempotency_keys`: one document for each key of an integration, written by atomic updates. */
export function integrationIdempotencyKeySchema(collection: string): IdempotencyKeySchema {
  const date = { type: Date, default: null };
  const schema: IdempotencyKeySchema = new Schema(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      key: { type: String, required: true, maxlength: 191 },
      state: { type: String, enum: idempotencyStates, required: true },
      owner: { type: String, required: true },
      fingerprint: { type: String, required: true },
      fingerprintKeyId: { type: String, required: true },
      endpoint: { type: String, required: true },
      method: { type: String, required: true },
      requestId: { type: Schema.Types.ObjectId, required: true },
      leaseUntil: { type: Date, required: true },
      graceMs: { type: Number, required: true },
      result: { type: String, default: null },
      isResultOmitted: { type: Boolean, default: false },
      statusCode: { type: Number, default: null },
      completedAt: date,
      unknownSince: date,
      unknownReason: { type: String, default: null },
      reconciler: { type: String, default: null },
      reconcileUntil: date,
      expireAt: date,
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false },
  );
  schema.index({ integrationId: 1, key: 1 }, { unique: true });
  schema.index({ expireAt: 1 }, { expireAfterSeconds: 0 });
  // What nobody knows, the oldest first, of one integration and of all; few among many.
  schema.index({ integrationId: 1, _id: 1 }, { partialFilterExpression: { state: 'unknown' } });
  schema.index({ state: 1, _id: 1 }, { partialFilterExpression: { state: 'unknown' } });
  // The requests of those: they are kept.
  schema.index({ requestId: 1 }, { partialFilterExpression: { state: 'unknown' } });
  // Leases that may have run out.
  schema.index({ leaseUntil: 1 }, { partialFilterExpression: { state: 'in_progress' } });
  return schema;
}
