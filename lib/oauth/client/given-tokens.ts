import type { OAuthTokens } from '../../../providers/contracts.js';
import { IntegrationError } from '../../errors.js';
import type { PlainObject } from '../../types/json.js';
import { valueAt } from './answer-body.js';
import type { OAuth2ClientConfig } from './client-config.js';
import { leadsTo, plainUrl } from './host-patterns.js';
import type { OAuthHttp } from './oauth-http.js';
import { lifetimeIn, scopesIn } from './standard-answer.js';
import type { TokenAnswer } from './token-request.js';
import type { AdditionalUrl } from './token-response-mapping.js';

export interface GivenTokensParts {
  readonly config: Pick<OAuth2ClientConfig, 'tokenResponse' | 'scopeSeparator'>;
  readonly http: Pick<OAuthHttp, 'assertSecure'>;
}

/**
 * What was given, of an answer.
 *
 * @throws IntegrationError `OAUTH_TOKEN_INVALID` at a first connection, for a URL whose host is not allowed
 */
export function givenTokens(parts: GivenTokensParts, answer: TokenAnswer, isFirst: boolean): OAuthTokens {
  const { scopeSeparator = ' ', tokenResponse: mapping = {} } = parts.config;
  const { body, part, accessToken, refreshToken, askedAt } = answer;
  const lifetime = lifetimeIn(part);
  const additional: PlainObject = {};
  for (const [name, from] of Object.entries(mapping.additional ?? {})) {
    const value = typeof from === 'string' ? valueAt(body, from) : urlIn(parts, body, from, isFirst);
    if (value !== undefined && value !== null) additional[name] = value;
  }
  return {
    accessToken,
    refreshToken,
    tokenExpiresAt: lifetime === null ? null : new Date(askedAt.getTime() + lifetime * 1_000),
    scopes: scopesIn(part, scopeSeparator),
    account: mapping.account === undefined ? null : idOf(valueAt(body, mapping.account)),
    additional,
  };
}

function idOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Undefined: there is none, or none to use. A refresh must not fail by it: the new tokens would be lost. */
function urlIn(
  { http }: GivenTokensParts,
  body: PlainObject,
  { from, hosts }: AdditionalUrl,
  isFirst: boolean,
): string | undefined {
  const value = valueAt(body, from);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && isAllowed(http, value, hosts)) return value;
  if (!isFirst) return undefined;
  throw new IntegrationError(
    'OAUTH_TOKEN_INVALID',
    `${from} of the token answer leads to a host that is not allowed.`,
    {
      details: { member: from },
    },
  );
}

function isAllowed(http: GivenTokensParts['http'], text: string, hosts: readonly string[]): boolean {
  const url = plainUrl(text);
  if (url === null || !leadsTo(url, hosts)) return false;
  try {
    http.assertSecure(url);
    return true;
  } catch {
    return false;
  }
}
