import type { ResponseType } from '../types/request-builder.js';

/** A body as its reader gets it, and the text it was read from. */
export interface ReadBody {
  readonly body: unknown;
  readonly rawText: string | null;
  /** False: it should be JSON, and `body` is the bare text. */
  readonly isValid: boolean;
}

const jsonType = /^(?:application|text)\/(?:[\w.+-]+\+)?json\b/i;
const textType =
  /^(?:text\/|application\/(?:[\w.+-]+\+)?(?:xml|x-ndjson|jsonl|javascript|graphql|yaml|x-www-form-urlencoded)\b)|\+xml\b/i;
const charsetParameter = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/** Reads a whole body: JSON, text or bytes, as asked for or by its Content-Type. No bytes are no body: null. */
export function readBody(bytes: Buffer, contentType: string, responseType: ResponseType): ReadBody {
  if (bytes.length === 0) return { body: null, rawText: null, isValid: true };
  const kind = responseType === 'auto' || responseType === 'stream' ? kindOf(contentType) : responseType;
  if (kind === 'binary') return { body: bytes, rawText: null, isValid: true };
  const rawText = decode(bytes, contentType);
  return kind === 'text' ? { body: rawText, rawText, isValid: true } : parseJson(rawText);
}

function kindOf(contentType: string): 'json' | 'text' | 'binary' {
  if (jsonType.test(contentType)) return 'json';
  return textType.test(contentType) ? 'text' : 'binary';
}

function parseJson(rawText: string): ReadBody {
  try {
    return { body: JSON.parse(rawText) as unknown, rawText, isValid: true };
  } catch {
    // The parser's own message quotes the text, which may hold secrets.
    return { body: rawText, rawText, isValid: false };
  }
}

function decode(bytes: Buffer, contentType: string): string {
  const charset = charsetParameter.exec(contentType)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    try {
      return new TextDecoder(charset).decode(bytes);
    } catch {
      // A charset that nobody knows: UTF-8 is the best guess.
    }
  }
  const text = bytes.toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
