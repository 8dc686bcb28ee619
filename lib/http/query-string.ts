import { isDate } from 'node:util/types';
import { IntegrationError } from '../errors.js';
import type { PlainObject } from '../types/json.js';

/**
 * Sets query parameters or form fields: arrays repeat the key, dates are ISO 8601, null and undefined are left out. A
 * key that is there already is replaced.
 *
 * @throws IntegrationError `REQUEST_INVALID` naming the key whose value is an object
 */
export function setParameters(parameters: URLSearchParams, values: Readonly<PlainObject>): void {
  for (const [key, value] of Object.entries(values)) {
    const texts = (Array.isArray(value) ? value : [value]).filter(isPresent).map((item) => asText(key, item));
    if (texts.length > 0) parameters.delete(key);
    for (const text of texts) parameters.append(key, text);
  }
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

function asText(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (isDate(value) && !Number.isNaN(value.getTime())) return value.toISOString();
  throw new IntegrationError(
    'REQUEST_INVALID',
    `The parameter "${key}" must be a string, number, boolean, valid date, or an array of them.`,
  );
}
