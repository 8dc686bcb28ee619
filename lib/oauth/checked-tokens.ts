import type { OAuthTokens } from '../../providers/contracts.js';
import { IntegrationError } from '../errors.js';

/**
 * What a provider's code says it was given: one in JavaScript may say anything.
 *
 * @throws IntegrationError `OAUTH_TOKEN_INVALID`
 */
export function checkedTokens(answer: OAuthTokens, provider: string): OAuthTokens {
  const { accessToken, refreshToken, tokenExpiresAt } = answer as Partial<Record<keyof OAuthTokens, unknown>>;
  if (!isText(accessToken)) throw invalid(provider, 'accessToken');
  if (!isNothing(refreshToken) && !isText(refreshToken)) throw invalid(provider, 'refreshToken');
  if (!isNothing(tokenExpiresAt) && !isMoment(tokenExpiresAt)) throw invalid(provider, 'tokenExpiresAt');
  return { ...answer, refreshToken: answer.refreshToken ?? null, tokenExpiresAt: answer.tokenExpiresAt ?? null };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isMoment(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function invalid(provider: string, member: string): IntegrationError {
  return new IntegrationError('OAUTH_TOKEN_INVALID', `Provider '${provider}' gave no usable ${member}.`, {
    details: { provider, member },
  });
}
