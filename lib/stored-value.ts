import { deserialize, serialize } from 'node:v8';

/**
 * The bytes of a value, by the structured clone algorithm: null, undefined, numbers, bytes, dates, maps and sets come
 * back as what they were, instances of classes as plain objects. Null for what cannot be stored: functions, streams.
 *
 * @see https://nodejs.org/api/v8.html#serialization-api Later versions of Node.js read what earlier ones wrote.
 */
export function encodeValue(value: unknown): Buffer | null {
  try {
    return serialize(value);
  } catch {
    return null;
  }
}

/** The value, as a copy of the caller's own. Throws for bytes that are none, or of a later version of Node.js. */
export function decodeValue(bytes: Uint8Array): unknown {
  return deserialize(bytes);
}
