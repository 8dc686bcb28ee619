import type { SchemaDefinition } from 'mongoose';
import { Schema } from 'mongoose';

/** Who refreshes the tokens of an integration, or when somebody may try again. */
export interface TokenRefreshState {
  /** Whose lease it is; null: the last one failed, and nobody tries again before `until`. */
  owner: string | null;
  until: Date;
  /** How many have begun before since it last worked, and what came of their requests is not known. */
  takeovers: number;
  /** Failed attempts in a row. */
  failures: number;
}

/** What an integration holds of its OAuth connection, beside the sealed tokens. */
export interface OAuthFields {
  /** When the access token expires; null: there is none, or the other side does not say. */
  tokenExpiresAt: Date | null;
  /** When the job refreshes it, some time before; null: never. */
  tokenRefreshAt: Date | null;
  tokenRefresh: TokenRefreshState | null;
  /**
   * When the other side said that it no longer accepts the grant: it is not asked again. Null: it does, for all we
   * know.
   */
  grantEndedAt: Date | null;
  /** What the user agreed to; null: the other side does not say. */
  grantedScopes: string[] | null;
  /** Id of the account that was connected, at the other side; kept when it is disconnected. Null: not known. */
  connectedAccount: string | null;
  /** When another account took the place of the one before: syncs that began until then are of that one. Null: none has. */
  accountChangedAt: Date | null;
}

export function oauthPaths(): SchemaDefinition<OAuthFields> {
  return {
    tokenExpiresAt: { type: Date, default: null },
    tokenRefreshAt: { type: Date, default: null },
    tokenRefresh: { type: Schema.Types.Mixed, default: null },
    grantEndedAt: { type: Date, default: null },
    grantedScopes: { type: Schema.Types.Mixed, default: null },
    connectedAccount: { type: String, default: null },
    accountChangedAt: { type: Date, default: null },
  };
}
