import { escapeRegExp } from './escape-reg-exp.js';
import { REDACTED } from './mark.js';

/** Shorter ones would be found in ordinary words. */
const MIN_LENGTH = 8;

/** Finds exact values that are known to be secret: the credentials of the integration that a text is about. */
export interface KnownSecrets {
  /** Replaces every occurrence: plain, as in a URL, as in a JSON string. */
  redact(text: string): string;
  /** May this JSON text hold one? Says yes when in doubt. */
  mayBeIn(json: string): boolean;
}

const none: KnownSecrets = { redact: (text) => text, mayBeIn: () => false };

// Callers keep the list of an integration: its expression is compiled once.
const compiled = new WeakMap<readonly string[], KnownSecrets>();

/** The finder of these values; those shorter than 8 characters are left out. */
export function knownSecretsOf(secrets: readonly string[] = nothing): KnownSecrets {
  const known = compiled.get(secrets) ?? compile(secrets.filter((secret) => secret.length >= MIN_LENGTH));
  compiled.set(secrets, known);
  return known;
}

const nothing: readonly string[] = [];

function compile(secrets: readonly string[]): KnownSecrets {
  if (secrets.length === 0) return none;
  const spellings = [...new Set(secrets.flatMap(spellingsOf))];
  // The longest first: one secret may begin like another.
  const source = spellings
    .sort((a, b) => b.length - a.length)
    .map(escapeRegExp)
    .join('|');
  const all = new RegExp(source, 'g');
  const any = new RegExp(source);
  // JSON encoders differ in what they escape beyond the need: `\/` in PHP, `\u002b` in .NET.
  const mayBeEscaped = secrets.some((secret) => /[^\w.~-]/.test(secret));
  return {
    redact: (text) => text.replace(all, REDACTED),
    mayBeIn: (json) => any.test(json) || (mayBeEscaped && json.includes('\\')),
  };
}

function spellingsOf(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), inUrl(secret)];
}

function inUrl(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    // A lone surrogate has no spelling in a URL.
    return secret;
  }
}
