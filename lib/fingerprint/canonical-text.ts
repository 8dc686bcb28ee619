import { isDate } from 'node:util/types';
import { IntegrationError } from '../errors.js';
import { classNameOf } from '../failures/class-name.js';
import { isPlainObject } from '../plain-object.js';

/**
 * One text for equal values, another for different ones: the order of an object's keys does not count, nor do members
 * that are undefined, as in JSON; types do. What has a `toJSON` counts by what that gives.
 *
 * @throws IntegrationError `REQUEST_INVALID` for what cannot be compared: streams, forms, functions, symbols, circles
 */
export function canonicalText(value: unknown): string {
  return textOf(value, []);
}

function textOf(value: unknown, holders: readonly object[]): string {
  if (value === null || value === undefined) return 'null';
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'number':
      // -0 is 0 for whoever gets it.
      return Number.isFinite(value) ? JSON.stringify(value) : `number:${String(value)}`;
    case 'bigint':
      return `bigint:${String(value)}`;
    case 'object':
      if (holders.includes(value)) throw incomparable('a circle');
      return textOfObject(value, [...holders, value]);
    default:
      throw incomparable(`a ${typeof value}`);
  }
}

function textOfObject(value: object, holders: readonly object[]): string {
  if (ArrayBuffer.isView(value)) {
    return `bytes:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
  }
  if (value instanceof ArrayBuffer) return `bytes:${Buffer.from(value).toString('base64')}`;
  // From the elements, because `map` passes over those that were never set: three of them are not none.
  if (Array.isArray(value)) return `[${Array.from(value, (item) => textOf(item, holders)).join(',')}]`;
  if (isDate(value)) return `date:${String(value.getTime())}`;
  if (value instanceof URLSearchParams) return `form:${JSON.stringify([...value])}`;
  const toJson: unknown = Reflect.get(value, 'toJSON');
  if (typeof toJson === 'function') return textOf(Reflect.apply(toJson, value, []) as unknown, holders);
  if (isPlainObject(value)) return textOfMembers(value, holders);
  throw incomparable(`an object of the class ${classNameOf(value) ?? 'unknown'}`);
}

function textOfMembers(value: Readonly<Record<string, unknown>>, holders: readonly object[]): string {
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${textOf(value[key], holders)}`);
  return `{${members.join(',')}}`;
}

function incomparable(what: string): IntegrationError {
  return new IntegrationError(
    'REQUEST_INVALID',
    `A call that is cached or has an idempotency key takes plain data, strings or bytes; it has ${what} in its data.`,
  );
}
