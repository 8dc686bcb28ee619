import type { Model, Types } from 'mongoose';
import { Schema } from 'mongoose';

/** A connection by OAuth 2 that a user has begun, and not finished yet, as stored in `integration_oauth_flows`. */
export interface IntegrationOAuthFlowFields {
  /** Hash of the id in the `state`: who reads the database can finish nothing. */
  _id: string;
  integrationId: Types.ObjectId;
  /** Registry key. */
  provider: string;
  /** Who began it, as the application calls them; null: it does not say. */
  user: string | null;
  /** Hash of the secret in the cookie of the browser that began it. */
  browserHash: string;
  /** The PKCE verifier (RFC 7636), a compact JWE. */
  codeVerifier: string;
  /** Where the browser has to come back. */
  redirectUri: string;
  /** Whose answer it must be (RFC 9207); null: the provider does not say. */
  issuer: string | null;
  /** An answer that does not say whose it is is refused. */
  requiresIssuer: boolean;
  /** Where the user goes afterwards; null: where all go. */
  returnTo: string | null;
  createdAt: Date;
  expiresAt: Date;
}

/** The model of connections that users have begun. */
export type IntegrationOAuthFlowModel = Model<IntegrationOAuthFlowFields>;

/** The schema of `integration_oauth_flows`. Its documents are written by atomic operations alone, and used once. */
export function integrationOAuthFlowSchema(
  collection: string,
): Schema<IntegrationOAuthFlowFields, IntegrationOAuthFlowModel> {
  const text = { type: String, default: null };
  const schema = new Schema<IntegrationOAuthFlowFields, IntegrationOAuthFlowModel>(
    {
      _id: { type: String, required: true },
      integrationId: { type: Schema.Types.ObjectId, required: true },
      provider: { type: String, required: true },
      user: text,
      browserHash: { type: String, required: true },
      codeVerifier: { type: String, required: true },
      redirectUri: { type: String, required: true },
      issuer: text,
      requiresIssuer: { type: Boolean, default: false },
      returnTo: text,
      createdAt: { type: Date, required: true },
      expiresAt: { type: Date, required: true },
    },
    { collection, timestamps: false, autoIndex: false, autoCreate: false, versionKey: false },
  );
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  // Revocation and deletion of an integration ask for it.
  schema.index({ integrationId: 1 });
  return schema;
}
