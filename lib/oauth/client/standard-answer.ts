import { isJsonObject } from '../../plain-object.js';
import type { PlainObject } from '../../types/json.js';
import { valueAt } from './answer-body.js';
import type { TokenResponseMapping } from './token-response-mapping.js';

/** The part of an answer that holds the tokens; the answer itself where it has no such part, as when Slack refreshes. */
export function tokensIn(body: PlainObject, { tokensIn: path }: TokenResponseMapping): PlainObject {
  const part = path === undefined ? undefined : valueAt(body, path);
  return isJsonObject(part) && typeof part.access_token === 'string' ? part : body;
}

/**
 * The answer as RFC 6749 (section 5.1) has it, for openid-client to check. What is optional there, and of no use here,
 * is left out: null, an empty text, a life of zero seconds, which means none at those who say so.
 */
export function standardAnswer(part: PlainObject, { bearerTypes = [] }: TokenResponseMapping): PlainObject {
  const { access_token, token_type, refresh_token } = part;
  return {
    access_token,
    token_type: bearerType(token_type, bearerTypes),
    ...(typeof refresh_token === 'string' && refresh_token !== '' && { refresh_token }),
  };
}

function bearerType(given: unknown, bearerTypes: readonly string[]): unknown {
  if (given === undefined || given === null || given === '') return 'bearer';
  const isBearer = typeof given === 'string' && bearerTypes.some((type) => type.toLowerCase() === given.toLowerCase());
  return isBearer ? 'bearer' : given;
}

/** Seconds; null: it does not say. Numeric texts are many servers' way. */
export function lifetimeIn({ expires_in: given }: PlainObject): number | null {
  const seconds = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

/** Null: it does not say. */
export function scopesIn({ scope }: PlainObject, separator: string): string[] | null {
  if (Array.isArray(scope)) return scope.filter((name) => typeof name === 'string');
  if (typeof scope !== 'string') return null;
  return scope.split(separator === ',' ? /[\s,]+/ : /\s+/).filter((name) => name !== '');
}
