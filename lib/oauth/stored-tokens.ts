import type { OAuthTokens } from '../../providers/contracts.js';
import type { PlainObject } from '../types/json.js';

/** What the sealed field `tokens` holds, and `getCredentials()` gives beside the credentials. */
export interface StoredTokens extends PlainObject {
  readonly accessToken: string;
  /** Null: the other side gave none. */
  readonly refreshToken: string | null;
  /** ISO 8601, as it comes out of JSON; null: the other side does not say. */
  readonly tokenExpiresAt: string | null;
}

/**
 * The tokens to store. What the other side did not repeat stays: a refresh answer without a refresh token means that
 * the old one is still good (RFC 6749, section 6).
 *
 * @param before What a refresh replaces; null: a new connection, to which nothing of an earlier one belongs.
 */
export function tokensToStore(given: OAuthTokens, before: PlainObject | null): StoredTokens {
  const { accessToken, refreshToken, tokenExpiresAt, additional } = given;
  return {
    ...before,
    ...additional,
    accessToken,
    refreshToken: refreshToken ?? textOf(before?.refreshToken),
    tokenExpiresAt: tokenExpiresAt?.toISOString() ?? null,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
