import { createPublicKey, type KeyObject } from 'node:crypto';
import type { SignatureRefusalCode } from './refusals.js';
import type { SchemeRule } from './scheme-rule.js';
import { decodeStrictly } from './strict-encodings.js';

/** What signatures are checked with. */
export interface Keys {
  readonly secrets: readonly Buffer[];
  readonly publicKeys: readonly KeyObject[];
}

const ED25519_BYTES = 32;

/**
 * The keys behind secrets and public keys. What is empty, or no text, is no key: anybody could sign with it. Secrets
 * are taken as they are: a space at the end is part of them.
 */
export function keysOf(
  { key, form }: SchemeRule,
  given: { secrets: readonly unknown[]; publicKeys: readonly unknown[] },
): Keys | SignatureRefusalCode {
  const secrets = texts(given.secrets);
  const publicKeys = form === 'versions' ? texts(given.publicKeys) : [];
  if (secrets.length + publicKeys.length === 0) return 'SECRET_MISSING';
  const keys = {
    secrets: secrets.map(key === 'whsec' ? decodedSecret : utf8).filter((bytes) => bytes !== null),
    publicKeys: publicKeys.map(publicKey).filter((one) => one !== null),
  };
  return keys.secrets.length + keys.publicKeys.length === 0 ? 'SECRET_MALFORMED' : keys;
}

/** What can be a secret at all. */
export function texts(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string').filter((value) => value !== '');
}

function utf8(secret: string): Buffer {
  return Buffer.from(secret);
}

function decodedSecret(secret: string): Buffer | null {
  return decodeStrictly(withoutPrefix(secret, 'whsec_'), 'base64');
}

function publicKey(text: string): KeyObject | null {
  const bytes = decodeStrictly(withoutPrefix(text, 'whpk_'), 'base64');
  if (bytes?.length !== ED25519_BYTES) return null;
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}
