import type { DenyList } from './deny-list.js';
import type { KnownSecrets } from './known-secrets.js';
import { REDACTED } from './mark.js';
import { redactPairs } from './redact-pairs.js';
import { redactUrl } from './redact-url.js';
import { tokenShapes } from './token-shapes.js';

/** What a free text is searched for, beside denied names and the looks of well-known tokens. */
interface TextSecrets {
  readonly knownSecrets: KnownSecrets;
  /** Further names whose values are secret in this text. */
  readonly names?: ReadonlySet<string>;
}

/** Redaction of free text, linear in its length. */
export interface TextRedactor {
  /** The same string where there is nothing to redact. */
  redact(text: string, secrets: TextSecrets): string;
  /** May {@link redact} change this text, or the strings of this JSON, known secrets aside? Says yes when in doubt. */
  maySuspect(text: string): boolean;
}

/** A user name or password in a URL, also with slashes escaped as PHP's JSON has them. */
const userInfo = String.raw`:(?:\\?\/){2}[^\s"/@]{1,1024}@`;
/** Parameters that are secret in a URL only; the JSON of Go, Rails and Gson escapes `&` and `=`. */
const parameters = String.raw`(?:signature|(?:[?&#;]|\\u0026)(?:sig|key|code))(?:=|\\u003d)`;
const urlSecrets = new RegExp(`${userInfo}|${parameters}`, 'i');

const shapes = new RegExp(tokenShapes, 'g');
const anyShape = new RegExp(tokenShapes);
const absoluteUrl = /(?<![a-z\d+.-])[a-z][a-z\d+.-]{0,20}:\/\/[^\s"'`<>\\]+/gi;
const element = /(<(?:[\w.-]{1,64}:)?([\w.-]{1,128})(?:\s[^<>]{0,512})?>)[^<]+(?=<\/)/g;

/** Builds the redaction of error messages, stacks, labels, and bodies that are no JSON. */
export function createTextRedactor(denyList: DenyList): TextRedactor {
  const maySuspect = (text: string) => denyList.mayBeIn(text) || anyShape.test(text) || urlSecrets.test(text);

  function redact(original: string, { knownSecrets, names }: TextSecrets): string {
    const text = knownSecrets.redact(original);
    if (names === undefined && !maySuspect(text)) return text;
    const denies = (name: string) => denyList.denies(name) || (names?.has(name) ?? false);
    const known = text
      .replace(shapes, (_token, ...groups: unknown[]) => keptText(groups) + REDACTED)
      .replace(absoluteUrl, (url) => redactUrl(url, denyList))
      .replace(element, (whole, tag: string, name: string) => (denies(name) ? tag + REDACTED : whole));
    return redactPairs(known, denies);
  }

  return { redact, maySuspect };
}

/** The one group of the shapes that took part, if any. Behind the groups come the offset, a number, and the text itself. */
function keptText(groups: readonly unknown[]): string {
  const offset = groups.findIndex((group) => typeof group === 'number');
  const kept = groups.slice(0, offset).find((group) => typeof group === 'string');
  return typeof kept === 'string' ? kept : '';
}
