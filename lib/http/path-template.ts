import { IntegrationError } from '../errors.js';
import type { PlainObject } from '../types/json.js';

/** Where the values of placeholders are looked up, in this order. */
export interface PathValues {
  /** The call's data, where it is a plain object. */
  readonly data: Readonly<PlainObject> | null;
  /** The integration's metadata. */
  readonly metadata: Readonly<PlainObject>;
}

export interface ExpandedPath {
  readonly path: string;
  /** Keys of `data` that went into the path. */
  readonly usedDataKeys: ReadonlySet<string>;
}

const placeholders = /\{([^{}]+)\}/g;
// Control characters and lone surrogates; the backslash, because URL parsers take it for a slash.
const unsafeCharacters = /[\p{Cc}\p{Cs}\\]/u;
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;

/**
 * Fills the `{placeholders}` of a path or query, each value percent-encoded: whatever the value, it stays within its
 * own path segment. Messages name the placeholder, never the value.
 *
 * @throws IntegrationError `PATH_VALUE_MISSING`, `PATH_VALUE_UNSAFE`
 */
export function expandPath(template: string, values: PathValues): ExpandedPath {
  const usedDataKeys = new Set<string>();
  const path = template.replace(placeholders, (_match, name: string) => {
    const fromData = ownValue(values.data, name);
    if (fromData !== null) usedDataKeys.add(name);
    return encodeValue(name, fromData ?? ownValue(values.metadata, name));
  });
  assertSafePath(path.split(/[?#]/, 1).join(''));
  return { path, usedDataKeys };
}

/** Refuses what a URL parser would not leave as it is, also where the template itself has it. */
function assertSafePath(path: string): void {
  if (unsafeCharacters.test(path)) {
    throw new IntegrationError('PATH_VALUE_UNSAFE', 'The path contains a control character or a backslash.');
  }
  if (dotSegment.test(path)) {
    throw new IntegrationError('PATH_VALUE_UNSAFE', 'The path contains a "." or ".." segment.');
  }
}

function ownValue(values: Readonly<PlainObject> | null, name: string): unknown {
  return values !== null && Object.hasOwn(values, name) ? (values[name] ?? null) : null;
}

function encodeValue(name: string, value: unknown): string {
  if (value === null || value === '') {
    const problem = value === null ? 'is neither in the data of the call nor in the metadata' : 'is empty';
    throw new IntegrationError('PATH_VALUE_MISSING', `The path value {${name}} ${problem}.`);
  }
  const text = asText(value);
  if (text === null) throw unsafe(name, 'is no string, finite number or boolean');
  if (unsafeCharacters.test(text)) throw unsafe(name, 'contains a control character or a backslash');
  // Servers that decode twice see encoded dots and slashes as well.
  if (dotSegment.test(text.replaceAll(/%2f/gi, '/'))) throw unsafe(name, 'contains a "." or ".." segment');
  return encodeURIComponent(text);
}

function asText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  const isText = typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
  return isText ? String(value) : null;
}

function unsafe(name: string, problem: string): IntegrationError {
  return new IntegrationError('PATH_VALUE_UNSAFE', `The path value {${name}} ${problem}.`);
}
