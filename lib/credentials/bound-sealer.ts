import { CompactEncrypt, compactDecrypt, type CompactJWEHeaderParameters } from 'jose';
import { IntegrationError, isIntegrationError } from '../errors.js';
import type { KeyRing, RingKey } from './key-ring.js';

export interface SealedValue {
  /** Compact JWE. */
  readonly sealed: string;
  /** Id of the key, for `sealedWith`. */
  readonly keyId: string;
}

/** Where a sealed value belongs. It opens there and nowhere else. */
export interface SealedBinding {
  /** Names the record and field. Stands in clear in what is sealed. */
  readonly binding: string;
  /** What it is, for messages: `credentials of integration …`. */
  readonly what: string;
  /** For errors. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Encrypts bytes for one place, and decrypts them there. */
export interface BoundSealer {
  /** Seals with the current key. */
  seal(binding: string, bytes: Uint8Array): Promise<SealedValue>;
  /**
   * @throws IntegrationError `ENCRYPTION_KEY_MISSING` when the ring lacks the key, `CREDENTIALS_UNDECRYPTABLE` when the
   *   ciphertext was tampered with or belongs elsewhere.
   */
  open(place: SealedBinding, sealed: string): Promise<Uint8Array>;
}

const ALGORITHM = 'dir';
const ENCRYPTION = 'A256GCM';
/**
 * The header parameter that names the record and field. The protected header is the additional data of the encryption
 * (RFC 7516, section 5.1, step 14), so that it cannot be changed; `crit` has readers refuse that do not compare it.
 */
const BINDING = 'sealed-for';
const crit = { [BINDING]: true };

/** Seals as compact JWE (RFC 7516), `dir` with `A256GCM`. */
export function createBoundSealer(keyRing: KeyRing): BoundSealer {
  return {
    async seal(binding, bytes) {
      const { id, key } = keyRing.current;
      const sealed = await new CompactEncrypt(bytes).setProtectedHeader(headerOf(id, binding)).encrypt(key, { crit });
      return { sealed, keyId: id };
    },
    async open(place, sealed) {
      const { plaintext, protectedHeader } = await compactDecrypt(
        sealed,
        (header) => keyFor(header, keyRing, place).key,
        {
          crit,
          keyManagementAlgorithms: [ALGORITHM],
          contentEncryptionAlgorithms: [ENCRYPTION],
        },
      ).catch((error: unknown) => {
        throw isIntegrationError(error, 'ENCRYPTION_KEY_MISSING') ? error : undecryptable(place, error);
      });
      if (protectedHeader[BINDING] !== place.binding) throw undecryptable(place);
      return plaintext;
    },
  };
}

/** Everything sealed begins with it, as text: alg, enc and kid, in this order. */
function headerOf(keyId: string, binding: string) {
  return { alg: ALGORITHM, enc: ENCRYPTION, kid: keyId, crit: [BINDING], [BINDING]: binding };
}

/** How everything begins that is sealed with a key, or with any: in a database it can be told without opening it. */
export function sealedPrefix(keyId?: string): string {
  const header = Buffer.from(JSON.stringify(headerOf(keyId ?? '', '')));
  const known = keyId === undefined ? header.indexOf('"kid":"') + '"kid":"'.length : header.lastIndexOf('"}');
  // Three bytes make four characters: beyond the last three, what follows has a say.
  return header.subarray(0, known - (known % 3)).toString('base64url');
}

function keyFor(header: CompactJWEHeaderParameters, keyRing: KeyRing, place: SealedBinding): RingKey {
  // We never compress, so this is none of ours; and a small ciphertext could unpack to something huge.
  if (header.zip !== undefined) throw undecryptable(place);
  const keyId = String(header.kid).slice(0, 64);
  const found = keyRing.find(keyId);
  if (found !== null) return found;
  throw new IntegrationError(
    'ENCRYPTION_KEY_MISSING',
    `The ${place.what} are sealed with the key "${keyId}", which is not in encryptionKeys.`,
    { details: { ...place.details, keyId } },
  );
}

/** What was sealed does not open, or holds what it should not. */
export function undecryptable(place: SealedBinding, cause?: unknown): IntegrationError {
  return new IntegrationError(
    'CREDENTIALS_UNDECRYPTABLE',
    `The ${place.what} cannot be opened: changed, or sealed for another record.`,
    { details: place.details, ...(cause !== undefined && { cause }) },
  );
}
