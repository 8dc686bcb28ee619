import { isPlainObject } from '../../plain-object.js';

/** Copies plain objects and arrays, so that later changes of the original do not show; all else stays what it is. */
export function copyData(value: unknown, copies = new Map<unknown, unknown>()): unknown {
  if (!Array.isArray(value) && !isPlainObject(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  return Array.isArray(value) ? copyArray(value, copies) : copyObject(value, copies);
}

function copyArray(items: readonly unknown[], copies: Map<unknown, unknown>): unknown[] {
  const copy: unknown[] = [];
  copies.set(items, copy);
  for (const item of items) copy.push(copyData(item, copies));
  return copy;
}

function copyObject(object: Readonly<Record<string, unknown>>, copies: Map<unknown, unknown>): unknown {
  const copy = {};
  copies.set(object, copy);
  for (const [key, value] of Object.entries(object)) {
    // Defined, not set: a key named `__proto__` is data too.
    const member = { value: copyData(value, copies), enumerable: true, writable: true, configurable: true };
    Object.defineProperty(copy, key, member);
  }
  return copy;
}
