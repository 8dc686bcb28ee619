import { IntegrationError } from '../errors.js';
import { isPlainObject } from '../plain-object.js';
import type { Call } from './call.js';

/** What a URL call sends, and the headers that are added for its idempotency key. */
export interface KeyedContent {
  readonly data: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

const methodsWithoutKey = new Set(['GET', 'HEAD']);
const defaultPlace = { header: 'Idempotency-Key' };

/**
 * Adds the idempotency key where the other API expects it, if it heeds keys at all.
 *
 * @throws IntegrationError `REQUEST_INVALID` where it belongs into the body, and that is no object
 */
export function withKeyOnWire({ spec, idempotencyKey, providerDefinition }: Call): KeyedContent {
  const { data } = spec;
  const isSent = idempotencyKey !== null && providerDefinition.supportsIdempotency === true;
  if (!isSent || methodsWithoutKey.has(spec.method.toUpperCase())) return { data, headers: {} };
  const place = providerDefinition.http?.idempotencyKey ?? defaultPlace;
  if ('header' in place) return { data, headers: { [place.header]: idempotencyKey } };
  if (data !== undefined && data !== null && !isPlainObject(data)) {
    throw new IntegrationError(
      'REQUEST_INVALID',
      `The idempotency key goes into the field "${place.field}" of the data, which must be a plain object.`,
    );
  }
  return { data: { ...data, [place.field]: idempotencyKey }, headers: {} };
}
