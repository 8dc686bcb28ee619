import { isDate } from 'node:util/types';
import { isPlainObject } from '../../plain-object.js';

/** A value that is not the same after MongoDB has stored it, or may not be. */
export const notPlain = Symbol('not plain');

const mostDeep = 100;

/**
 * A copy of a value that MongoDB gives back as it takes it: of texts, numbers, booleans, dates, and plain objects and
 * lists of these. {@link notPlain} for everything else.
 */
export function plainCopy(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : notPlain;
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : objectCopy(value, depth + 1);
    default:
      return notPlain;
  }
}

function objectCopy(value: object, depth: number): unknown {
  // As deep as MongoDB stores, and no cycle ends.
  if (depth > mostDeep) return notPlain;
  if (Array.isArray(value)) return listCopy(value, depth);
  if (isDate(value)) return Number.isNaN(value.getTime()) ? notPlain : new Date(value);
  return isPlainObject(value) ? recordCopy(value, depth) : notPlain;
}

function listCopy(list: readonly unknown[], depth: number): unknown {
  const copies: unknown[] = [];
  for (const value of list) {
    const copy = plainCopy(value, depth);
    if (copy === notPlain) return notPlain;
    copies.push(copy);
  }
  return copies;
}

/** Keys with a meaning of their own, to BSON or to JavaScript. */
const special = /^(?:\$|_bsontype$|__proto__$|toBSON$)/;

function recordCopy(record: object, depth: number): unknown {
  const copies: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record)) {
    // It is not stored.
    if (value === undefined) continue;
    const copy = special.test(key) || !key.isWellFormed() ? notPlain : plainCopy(value, depth);
    if (copy === notPlain) return notPlain;
    copies[key] = copy;
  }
  return copies;
}
