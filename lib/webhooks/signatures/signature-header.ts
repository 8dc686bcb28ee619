import type { SignatureRefusalCode } from './refusals.js';
import type { SchemeRule, SignatureForm } from './scheme-rule.js';
import { decodeStrictly } from './strict-encodings.js';

/** What the signature header of a request says. */
export interface SignatureHeader {
  /** To be compared with our own. */
  readonly macs: readonly Buffer[];
  /** To be verified with public keys. */
  readonly ed25519: readonly Buffer[];
  /** Where it is in this header. */
  readonly timestamp?: string;
}

type Reader = (value: string, rule: SchemeRule) => SignatureHeader | SignatureRefusalCode;

// A sender signs with each of its active secrets: seldom more than two.
const MAX_SIGNATURES = 10;

const readers: Readonly<Record<SignatureForm, Reader>> = { single, pairs, versions, basic };

/** Reads the header strictly: a text that this sender would not write is refused, not repaired. */
export function readSignatureHeader(value: string, rule: SchemeRule): SignatureHeader | SignatureRefusalCode {
  return readers[rule.form](value, rule);
}

function single(value: string, { prefix = '', encoding }: SchemeRule): ReturnType<Reader> {
  if (!value.startsWith(prefix)) return 'SIGNATURE_MALFORMED';
  return signatures([value.slice(prefix.length)], [], encoding);
}

function pairs(value: string, { encoding }: SchemeRule): ReturnType<Reader> {
  const entries = value.split(',').map((entry) => /^([A-Za-z0-9_]+)=(\S*)$/.exec(entry));
  if (!entries.every((entry) => entry !== null)) return 'SIGNATURE_MALFORMED';
  const valuesOf = (name: string) => entries.filter((entry) => entry[1] === name).map((entry) => entry[2] ?? '');
  const [timestamp, ...further] = valuesOf('t');
  if (timestamp === undefined || timestamp === '') return 'TIMESTAMP_MISSING';
  if (further.length > 0) return 'SIGNATURE_MALFORMED';
  const read = signatures(valuesOf('v1'), [], encoding);
  return typeof read === 'string' ? read : { ...read, timestamp };
}

function versions(value: string, { encoding }: SchemeRule): ReturnType<Reader> {
  const entries = value.split(' ').map((entry) => /^([A-Za-z0-9]+),([^\s,]+)$/.exec(entry));
  if (!entries.every((entry) => entry !== null)) return 'SIGNATURE_MALFORMED';
  const valuesOf = (version: string) => entries.filter((entry) => entry[1] === version).map((entry) => entry[2] ?? '');
  return signatures(valuesOf('v1'), valuesOf('v1a'), encoding);
}

function basic(value: string, { encoding }: SchemeRule): ReturnType<Reader> {
  const credentials = /^basic +(\S+)$/i.exec(value)?.[1];
  const read = signatures([credentials ?? ''], [], encoding);
  if (typeof read === 'string' || !read.macs[0]?.includes(':')) return 'SIGNATURE_MALFORMED';
  return read;
}

/** One that cannot be decoded matches nothing; a list may hold others. */
function signatures(
  macs: readonly string[],
  ed25519: readonly string[],
  encoding: SchemeRule['encoding'],
): SignatureHeader | SignatureRefusalCode {
  const count = macs.length + ed25519.length;
  if (count === 0) return 'SIGNATURE_MISSING';
  if (count > MAX_SIGNATURES) return 'SIGNATURE_MALFORMED';
  const decoded = (texts: readonly string[]) =>
    texts.map((text) => decodeStrictly(text, encoding)).filter((bytes) => bytes !== null);
  const read = { macs: decoded(macs), ed25519: decoded(ed25519) };
  return read.macs.length + read.ed25519.length === 0 ? 'SIGNATURE_MALFORMED' : read;
}
