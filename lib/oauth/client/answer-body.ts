import { isJsonObject } from '../../plain-object.js';
import type { PlainObject } from '../../types/json.js';
import type { OAuthAnswer } from './oauth-http.js';

/**
 * What an answer of a token endpoint holds: JSON, whatever type it claims to have, or a form, as GitHub has it by
 * default. Null: neither.
 */
export function answerBody({ headers, text }: Pick<OAuthAnswer, 'headers' | 'text'>): PlainObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
    return isForm ? Object.fromEntries(new URLSearchParams(text)) : null;
  }
}

/** The value at a path with dots; undefined: there is none. */
export function valueAt(body: PlainObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isJsonObject(value) ? value[name] : undefined), body);
}
