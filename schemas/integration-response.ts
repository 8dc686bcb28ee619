import type { Model, Types } from 'mongoose';
import { Schema } from 'mongoose';

/** What makes an answer worth asking for again: the other API says whether it is still the same. */
export interface StoredValidators {
  etag: string | null;
  lastModified: string | null;
}

/**
 * A remembered response, as stored in `integration_responses`. Of one that is being fetched for the first time, the
 * payload is null.
 */
export interface IntegrationResponseFields {
  /** The id of the integration in hexadecimal, a colon, and a keyed hash of all that the response depends on. */
  _id: string;
  integrationId: Types.ObjectId;
  endpoint: string;
  tags: string[];
  /** The encoded response; null: there is none yet, or it is sealed. */
  payload: Buffer | null;
  /** The same as a compact JWE, where the provider wants that. */
  sealedPayload: string | null;
  validators: StoredValidators | null;
  /** The logged request that fetched it. */
  requestId: Types.ObjectId | null;
  storedAt: Date | null;
  /** It is served without asking until then. */
  freshUntil: Date | null;
  /** The token of the fetch that is under way, or was the last. */
  fetcher: string | null;
  /** Without another sign of life, the fetch is taken for dead then; null: none is under way. */
  fetchUntil: Date | null;
  /** When MongoDB deletes it. */
  expireAt: Date;
}

/** The model of remembered responses. */
export type IntegrationResponseModel = Model<IntegrationResponseFields>;
type ResponseSchema = Schema<IntegrationResponseFields, IntegrationResponseModel>;

/** The schema of `integration_responses`. Its documents are written by atomic updates alone. */
export function integrationResponseSchema(collection: string): ResponseSchema {
  const date = { type: Date, default: null };
  const schema: ResponseSchema = new Schema(
    {
      _id: { type: String, required: true },
      integrationId: { type: Schema.Types.ObjectId, required: true },
      endpoint: { type: String, required: true },
      tags: { type: [String], default: [] },
      payload: { type: Buffer, default: null },
      sealedPayload: { type: String, default: null },
      validators: { type: Schema.Types.Mixed, default: null },
      requestId: { type: Schema.Types.ObjectId, default: null },
      storedAt: date,
      freshUntil: date,
      fetcher: { type: String, default: null },
      fetchUntil: date,
      expireAt: { type: Date, required: true },
    },
    { collection, timestamps: false, autoIndex: false, autoCreate: false, versionKey: false, minimize: false },
  );
  schema.index({ integrationId: 1, endpoint: 1 });
  schema.index({ integrationId: 1, tags: 1 });
  schema.index({ expireAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}
