import type { PlainObject } from './types/json.js';

/** Is it an object literal or its like, of whatever realm (Jest has two), and no instance of a class? */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Reflect.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || isForeignBase(prototype);
}

/** Is it the `Object.prototype` of another realm? */
function isForeignBase(prototype: object): boolean {
  return Reflect.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** Is it what JSON Schema takes for an object: with members, of whatever class, and no list? */
export function isJsonObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
