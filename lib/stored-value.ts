import { deserialize, serialize } from 'node:v8';
import { isAnyArrayBuffer, isBoxedPrimitive, isDate, isMap, isNativeError, isRegExp, isSet } from 'node:util/types';
import { isPlainObject } from './plain-object.js';

/**
 * The bytes of a value, by the structured clone algorithm: null, undefined, numbers, bytes, dates, maps and sets come
 * back as what they were, instances of classes as plain objects. Null for what cannot be stored: functions, streams,
 * objects whose state is hidden, as that of a fetch Response or a URL is.
 *
 * @see https://nodejs.org/api/v8.html#serialization-api Later versions of Node.js read what earlier ones wrote.
 */
export function encodeValue(value: unknown): Buffer | null {
  try {
    const bytes = serialize(value);
    return kindsIn(value).has('hidden') ? null : bytes;
  } catch {
    return null;
  }
}

/** The value, as a copy of the caller's own. Throws for bytes that are none, or of a later version of Node.js. */
export function decodeValue(bytes: Uint8Array): unknown {
  // Bytes within the value are views on what is read: two readers would write into the same memory.
  return deserialize(Buffer.from(bytes));
}

/** Whether a value that can be stored comes back as what it was, instances of the application's classes in it included. */
export function comesBackAlike(value: unknown): boolean {
  return !kindsIn(value).has('instance');
}

/** What a value holds, beside plain data: instances of classes, and such whose own properties say nothing of them. */
type Kind = 'instance' | 'hidden';

function kindsIn(value: unknown): ReadonlySet<Kind> {
  const kinds = new Set<Kind>();
  const seen = new Set<object>();
  const pending = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null || seen.has(next) || isWhole(next)) continue;
    seen.add(next);
    const members = membersOf(next);
    const kind = kindOf(next, members);
    if (kind !== null) kinds.add(kind);
    for (const member of members) pending.push(member);
  }
  return kinds;
}

/** It has no members, and comes back as what it is. */
function isWhole(value: object): boolean {
  return (
    ArrayBuffer.isView(value) || isAnyArrayBuffer(value) || isDate(value) || isRegExp(value) || isBoxedPrimitive(value)
  );
}

function kindOf(value: object, members: readonly unknown[]): Kind | null {
  if (isPlainObject(value) || Array.isArray(value) || isMap(value) || isSet(value)) return null;
  // Of an error, its class and its own properties get lost.
  return members.length === 0 && !isNativeError(value) ? 'hidden' : 'instance';
}

function membersOf(value: object): unknown[] {
  if (isMap(value)) return [...value].flat();
  return isSet(value) ? [...value] : Object.values(value);
}
