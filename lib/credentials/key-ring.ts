import { createSecretKey, type KeyObject } from 'node:crypto';
import { IntegrationError } from '../errors.js';

/** An encryption key as the options give it. */
export interface EncryptionKey {
  /** Stands in clear in everything sealed with the key: 1 to 64 letters, digits and `. _ : -`. Never used again. */
  readonly id: string;
  /** 32 random bytes in base64 or base64url: `openssl rand -base64 32`. */
  readonly secret: string;
}

/** A key in use. The secret is inside a `KeyObject`, which neither `inspect` nor JSON shows. */
export interface RingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys of an instance: the first seals, all open. */
export interface KeyRing {
  readonly current: RingKey;
  /** The key with that id, or null. */
  find(id: string): RingKey | null;
}

const KEY_ID = /^[\w.:-]{1,64}$/;
// 43 digits of base64 are 258 bits: 32 bytes and two bits of padding.
const BASE64_OF_32_BYTES = /^[\w+/-]{43}=?$/;

/**
 * Makes the key ring of the `encryptionKeys` option.
 *
 * @throws IntegrationError `OPTIONS_INVALID` naming the index of a key that is malformed or whose id is taken.
 */
export function createKeyRing(keys: readonly EncryptionKey[]): KeyRing {
  const ring = new Map<string, RingKey>();
  for (const [index, given] of asList(keys).entries()) {
    const key = ringKey(given, `encryptionKeys[${String(index)}]`);
    if (ring.has(key.id)) throw invalid(`encryptionKeys[${String(index)}].id`, 'an id of its own', `"${key.id}" again`);
    ring.set(key.id, key);
  }
  const [current] = ring.values();
  if (current === undefined) throw invalid('encryptionKeys', 'at least one { id, secret }', 'none');
  return { current, find: (id) => ring.get(id) ?? null };
}

function asList(keys: unknown): readonly unknown[] {
  return Array.isArray(keys) ? keys : [];
}

function ringKey(given: unknown, path: string): RingKey {
  const { id, secret } = (given ?? {}) as Partial<Record<keyof EncryptionKey, unknown>>;
  if (typeof id !== 'string' || !KEY_ID.test(id)) {
    throw invalid(`${path}.id`, '1 to 64 letters, digits and . _ : -', describe(id));
  }
  if (typeof secret !== 'string' || !BASE64_OF_32_BYTES.test(secret)) {
    throw invalid(`${path}.secret`, '32 random bytes in base64 (openssl rand -base64 32)', describe(secret));
  }
  return { id, key: createSecretKey(Buffer.from(secret, 'base64')) };
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `${String(value.length)} characters` : typeof value;
}

function invalid(path: string, expected: string, got: string): IntegrationError {
  return new IntegrationError('OPTIONS_INVALID', `${path}: expected ${expected}, got ${got}.`, {
    details: { path, expected, got },
  });
}
