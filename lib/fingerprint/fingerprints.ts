import { createHmac, hkdfSync } from 'node:crypto';
import type { KeyRing, RingKey } from '../credentials/key-ring.js';
import { createRecentValues } from '../recent-values.js';
import { canonicalText } from './canonical-text.js';

/** A keyed hash: who reads the database cannot try out what was hashed. */
export interface Fingerprint {
  /** HMAC-SHA-256, base64url. */
  readonly hash: string;
  /** Id of the encryption key that it was made with. */
  readonly keyId: string;
}

/** Compares values by keyed hashes of them. */
export interface Fingerprints {
  /**
   * The fingerprint of a value, by its canonical text.
   *
   * @param keyId Of an older fingerprint that this one is to be compared with. Default: the current key.
   * @returns Null where the ring has no such key any more.
   */
  of(value: unknown, keyId: string): Fingerprint | null;
  /** With the current key. */
  current(value: unknown): Fingerprint;
}

const mostKeys = 100;

export function createFingerprints(keyRing: KeyRing): Fingerprints {
  const derived = createRecentValues<Buffer>(mostKeys);

  function hashKey({ id, key }: RingKey): Buffer {
    // A key of its own: the same one must not both encrypt and hash.
    const known = derived.get(id) ?? Buffer.from(hkdfSync('sha256', key, '', 'express-integrations/fingerprint', 32));
    derived.set(id, known);
    return known;
  }

  function fingerprint(value: unknown, key: RingKey): Fingerprint {
    const hash = createHmac('sha256', hashKey(key)).update(canonicalText(value)).digest('base64url');
    return { hash, keyId: key.id };
  }

  return {
    of(value, keyId) {
      const key = keyRing.find(keyId);
      return key === null ? null : fingerprint(value, key);
    },
    current: (value) => fingerprint(value, keyRing.current),
  };
}
