import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import type { RequestPlan } from './plans.js';

const compressors = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
} as const;

type Coding = keyof typeof compressors;

const bombs = new Map<Coding, Buffer>();

/** Few bytes that become many. */
function bomb(coding: Coding): Buffer {
  const known = bombs.get(coding) ?? compressors[coding](Buffer.alloc(8 * 1024 * 1024));
  bombs.set(coding, known);
  return known;
}

function codingOf(encoding: RequestPlan['encoding']): Coding | null {
  const coding = encoding === 'GZIP' || encoding === 'x-gzip' ? 'gzip' : encoding;
  return coding === 'gzip' || coding === 'br' || coding === 'deflate' ? coding : null;
}

/** The body as it is sent: compressed as it says, or not quite. */
export function encoded({ encoding, damage, at }: RequestPlan, body: Buffer): Buffer {
  const coding = codingOf(encoding);
  if (coding === null || damage === 'not compressed') return body;
  if (damage === 'bomb') return bomb(coding);
  const bytes = compressors[coding](body);
  const place = Math.floor(at * bytes.length);
  if (damage === 'cut') return bytes.subarray(0, place);
  if (damage === 'changed') bytes.writeUInt8(bytes.readUInt8(place) ^ 0x41, place);
  return bytes;
}

/** Whether the body reaches the routes: encoded as it says, and what the parsers before them can parse. */
export function isReadable({ encoding, damage, mount, type }: RequestPlan, body: Buffer): boolean {
  if (encoding === 'x-gzip' || !(codingOf(encoding) !== null ? damage === 'none' : isPlain(encoding))) return false;
  return mount !== 'behind' || isParsable(type, body);
}

function isPlain(encoding: RequestPlan['encoding']): boolean {
  return encoding === 'none' || encoding === 'identity' || encoding === '';
}

const alwaysParsable: readonly (string | null)[] = [null, 'application/octet-stream', 'text/plain'];

function isParsable(type: string | null, body: Buffer): boolean {
  if (type === 'application/json') return body.length === 0 || isJson(body.toString());
  return alwaysParsable.includes(type) || type === 'application/x-www-form-urlencoded';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
