import { IntegrationError } from '../errors.js';
import type { ExternalId } from '../types/external-id.js';

const MAX_LENGTH = 500;

/**
 * The text that an external id is stored and compared as: a number as its decimal text, a text as it is.
 *
 * @throws IntegrationError `MAPPING_INVALID` for an empty text, one of more than 500 characters or with half a
 *   character, for a number that has no exact decimal text (NaN, infinite, -0, integers beyond 2^53 - 1, fractions that
 *   JavaScript writes with an exponent), and for anything else.
 */
export function normaliseExternalId(externalId: ExternalId): string {
  const text: unknown = typeof externalId === 'number' ? decimalText(externalId) : externalId;
  if (typeof text !== 'string' || text === '') {
    throw new IntegrationError('MAPPING_INVALID', 'An external id is a text, or a number that can be written exactly.');
  }
  if (text.length > MAX_LENGTH) {
    throw new IntegrationError('MAPPING_INVALID', `An external id has at most ${MAX_LENGTH} characters.`, {
      details: { length: text.length },
    });
  }
  // MongoDB would store another character instead, so that different ids became the same.
  if (/\p{Surrogate}/u.test(text)) {
    throw new IntegrationError('MAPPING_INVALID', 'An external id is Unicode text: it has half of a surrogate pair.');
  }
  return text;
}

/** Null for a number that other numbers are written like, or that is not written in digits. */
function decimalText(value: number): string | null {
  if (Object.is(value, -0) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return null;
  const text = String(value);
  return /^-?\d+(?:\.\d+)?$/.test(text) ? text : null;
}
