import { REDACTED } from './mark.js';

/** Tells whether the value under a name is secret. */
export type DeniesName = (name: string) => boolean;

// A run of name characters, tried at its beginning only, so that a long run without a `=` costs one look.
const nameStart = /(?<![\w.%-])[\w.%-]{1,128}(?![\w.%-])/g;
const separator = /\\{0,8}["'\]]{0,2}\s{0,4}(?:=>|[:=])\s{0,4}/y;
const quote = /\\{0,8}["'`]/y;
const word = /[^\s,;&|<>()[\]{}"'`\\]+/y;
const line = /[^\r\n\\]+/y;
const headerName = /(?:authorization|cookie2?)$/i;
const tellsNothing = new Set(['null', 'undefined', 'true', 'false']);

/** Replaces the values of denied names in free text: `name=value`, `"name": "value"` (escaped or not), `Name: value`. */
export function redactPairs(text: string, denies: DeniesName): string {
  let done = 0;
  let redacted = '';
  for (const { 0: name, index } of text.matchAll(nameStart)) {
    if (index < done || !denies(name)) continue;
    const start = endOf(separator, text, index + name.length);
    if (start === undefined) continue;
    const value = valueAt(text, start, name);
    if (value === undefined) continue;
    redacted += text.slice(done, value.start) + REDACTED;
    done = value.end;
  }
  return done === 0 ? text : redacted + text.slice(done);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function valueAt(text: string, start: number, name: string): Span | undefined {
  const quoted = endOf(quote, text, start);
  if (quoted !== undefined)
    return filled({ start: quoted, end: closingQuote(text, text.slice(start, quoted), quoted) });
  if (text[start] === '{' || text[start] === '[') return { start, end: closingBracket(text, start) };
  const end = endOf(headerName.test(name) ? line : word, text, start);
  return end === undefined || tellsNothing.has(text.slice(start, end)) ? undefined : { start, end };
}

function filled(span: Span): Span | undefined {
  return span.end > span.start ? span : undefined;
}

/** Where the quoted value ends; at the end of the text when it was cut off. */
function closingQuote(text: string, opening: string, from: number): number {
  // One level deeper, JSON within JSON, a quote has twice the backslashes and one more.
  const deeper = 2 * opening.length;
  for (let at = text.indexOf(opening, from); at !== -1; at = text.indexOf(opening, at + 1)) {
    if (backslashesBefore(text, at) % deeper === 0) return at;
  }
  return text.length;
}

function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (text[at - count - 1] === '\\') count += 1;
  return count;
}

/** Where the object or list ends; at the end of the text when it was cut off. */
function closingBracket(text: string, from: number): number {
  const stringOrBracket = /"(?:[^"\\]|\\.)*(?:"|$)|[{[\]}]/gs;
  stringOrBracket.lastIndex = from;
  let depth = 0;
  for (let match = stringOrBracket.exec(text); match !== null; match = stringOrBracket.exec(text)) {
    if (match[0] === '{' || match[0] === '[') depth += 1;
    if (match[0] === '}' || match[0] === ']') depth -= 1;
    if (depth === 0) return stringOrBracket.lastIndex;
  }
  return text.length;
}

function endOf(sticky: RegExp, text: string, from: number): number | undefined {
  sticky.lastIndex = from;
  return sticky.test(text) ? sticky.lastIndex : undefined;
}
