import { createDenyList } from './deny-list.js';
import { knownSecretsOf } from './known-secrets.js';
import { REDACTED } from './mark.js';
import { lastNames, pathTree } from './path-tree.js';
import { redactHeaders, type HeaderValues } from './redact-headers.js';
import { createTextRedactor } from './redact-text.js';
import { redactUrl } from './redact-url.js';
import { redactValue } from './redact-value.js';

/** Options of `createRedactor()`. */
export interface RedactorOptions {
  /** Names of further fields, headers and parameters whose values are secret, e.g. `ssn`. */
  readonly extraKeys?: readonly string[];
}

/** What is secret in one value, beside what always is. */
export interface RedactOptions {
  /** Dot-notation paths; `*` stands for every key and every element: `customers.*.email`. */
  readonly paths?: readonly string[];
  /**
   * Exact values that must not appear: the credentials of the integration; those shorter than 8 characters are ignored.
   * Pass the same array again where you can: what is derived from it is kept with it.
   */
  readonly knownSecrets?: readonly string[];
}

/** Makes copies without secrets, of whatever goes to the request log, to the logger or into an answer. */
export interface Redactor {
  /** A plain copy of a value; see `redactValue()`. */
  value(value: unknown, options?: RedactOptions): unknown;
  /**
   * A body. JSON is redacted by its structure, anything else as {@link Redactor.text}. The identical string where there
   * is nothing to redact; else JSON is encoded anew, and numbers beyond double precision are rounded.
   */
  json(text: string, options?: RedactOptions): string;
  /** Free text: messages, stacks, labels. Of a path, its last name counts: the text has no structure. */
  text(text: string, options?: RedactOptions): string;
  /** A URL, absolute or relative: user information, denied parameters, and what {@link Redactor.text} replaces. */
  url(url: string, options?: RedactOptions): string;
  /** A copy of headers. */
  headers(headers: HeaderValues, options?: RedactOptions): HeaderValues;
}

const noPaths: readonly string[] = [];
// `"\u0074oken"` is a name too; encoders do not escape letters, but they may.
const escapedLetter = /\\u00[4-7]/;
const beginsLikeJson = /^\s*["[{]/;

/** Builds the redaction that the log, the logger and the error handler share. */
export function createRedactor({ extraKeys = [] }: RedactorOptions = {}): Redactor {
  const denyList = createDenyList(extraKeys);
  const texts = createTextRedactor(denyList);

  function text(original: string, { paths = noPaths, knownSecrets }: RedactOptions = {}): string {
    const secrets = { knownSecrets: knownSecretsOf(knownSecrets) };
    if (paths.length === 0) return texts.redact(original, secrets);
    const names = new Set(lastNames(paths));
    return names.has('*') ? REDACTED : texts.redact(original, { ...secrets, names });
  }

  function walk(value: unknown, { paths = noPaths, knownSecrets }: RedactOptions = {}) {
    const secrets = { knownSecrets: knownSecretsOf(knownSecrets) };
    return redactValue(value, {
      paths: pathTree(paths),
      denies: denyList.denies,
      text: (leaf) => texts.redact(leaf, secrets),
    });
  }

  function json(original: string, options: RedactOptions = {}): string {
    const { paths = noPaths, knownSecrets } = options;
    const isClean = paths.length === 0 && !texts.maySuspect(original) && !escapedLetter.test(original);
    if (isClean && !knownSecretsOf(knownSecrets).mayBeIn(original)) return original;
    const parsed = parse(original);
    if (parsed === undefined) return text(original, options);
    const { copy, changed } = walk(parsed.value, options);
    return changed ? JSON.stringify(copy) : original;
  }

  return {
    value: (value, options) => walk(value, options).copy,
    json,
    text,
    url: (url, options) => text(redactUrl(url, denyList), options),
    headers: (headers, options) => redactHeaders(headers, denyList, (value) => text(value, options)),
  };
}

function parse(text: string): { readonly value: unknown } | undefined {
  if (!beginsLikeJson.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
