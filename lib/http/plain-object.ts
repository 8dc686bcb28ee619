import type { PlainObject } from '../types/json.js';

/** Is it an object literal or its like, and no instance of a class? */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
