import { isPlainObject } from '../../plain-object.js';

/** The JSON object that a body is; null where it is none. */
export function jsonObject(rawBody: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(rawBody.toString());
    return isPlainObject(value) ? value : null;
  } catch {
    return null;
  }
}
