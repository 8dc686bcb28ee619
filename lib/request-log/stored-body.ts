import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { RedactOptions, Redactor } from '../redaction/redactor.js';
import { cutText } from './cut-text.js';

/** Options of {@link storedBody}. */
export interface StoredBodyOptions extends RedactOptions {
  readonly redactor: Redactor;
  /** Largest body that is stored whole, in bytes of UTF-8. */
  readonly maxBytes: number;
}

// Of a body that is too large, so much is stored.
const HEAD_CHARACTERS = 2048;
// Read beyond the head, so that a secret across its end is seen whole.
const LOOKAHEAD_CHARACTERS = 2048;

/**
 * The form in which a request's data or a response's body is logged, without secrets; null where there is none. Objects
 * are stored as JSON, strings as they are, bytes as a mark with their length and hash. Of what is too large, valid JSON
 * is stored that says so: `{"truncated":true,"bytes":…,"sha256":"…","head":"…"}`. Never throws.
 */
export function storedBody(body: unknown, options: StoredBodyOptions): string | null {
  if (body === undefined || body === null) return null;
  try {
    return typeof body === 'string' ? storedText(body, options) : storedValue(body, options);
  } catch {
    return '[unreadable]';
  }
}

function storedText(text: string, options: StoredBodyOptions): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > options.maxBytes) {
    const beginning = cutText(text, HEAD_CHARACTERS + LOOKAHEAD_CHARACTERS);
    return truncated(text, bytes, options.redactor.text(beginning, options));
  }
  const redacted = options.redactor.json(text, options);
  // The mark may be longer than what it stands for.
  const fits = redacted === text || Buffer.byteLength(redacted) <= options.maxBytes;
  return fits ? redacted : truncated(text, bytes, redacted);
}

function storedValue(value: unknown, options: StoredBodyOptions): string | null {
  const binary = bytesOf(value);
  if (binary !== undefined) return `[binary ${String(binary.byteLength)} bytes sha256:${sha256(binary)}]`;
  const copy = options.redactor.value(value, options);
  if (copy === undefined) return null;
  // Views of streams, blobs and dates are text already.
  const text = typeof copy === 'string' ? copy : JSON.stringify(copy);
  const bytes = Buffer.byteLength(text);
  return bytes <= options.maxBytes ? text : truncated(text, bytes, text);
}

function truncated(text: string, bytes: number, redacted: string): string {
  const head = cutText(redacted, HEAD_CHARACTERS);
  return JSON.stringify({ truncated: true, bytes, sha256: sha256(text), head });
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return types.isAnyArrayBuffer(value) ? new Uint8Array(value) : undefined;
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
