import type { Types } from 'mongoose';
import type { HasOAuth2, OAuthTokens } from '../../providers/contracts.js';
import type { Sealer } from '../credentials/sealer.js';
import type { PlainObject } from '../types/json.js';
import { refreshTime } from './refresh-time.js';
import { tokensToStore } from './stored-tokens.js';

export interface TokensToSeal {
  readonly integrationId: Types.ObjectId;
  readonly provider: Pick<HasOAuth2, 'refreshThreshold'>;
  readonly answer: OAuthTokens;
  /** What a refresh replaces; null: a new connection. */
  readonly before: PlainObject | null;
  /** From 0 up to 1, not included. */
  readonly random: number;
}

/** What is stored of given tokens: they are sealed, and when they expire and are refreshed is not. */
export async function sealedTokens(sealer: Sealer, { integrationId, provider, answer, before, random }: TokensToSeal) {
  const { tokenExpiresAt } = answer;
  const value = tokensToStore(answer, before);
  const { sealed } = await sealer.seal({ integrationId, field: 'tokens', value });
  const thresholdMs = provider.refreshThreshold() * 1_000;
  return {
    tokens: sealed,
    tokenExpiresAt,
    tokenRefreshAt: tokenExpiresAt && refreshTime(tokenExpiresAt, Date.now(), thresholdMs, random),
  };
}
