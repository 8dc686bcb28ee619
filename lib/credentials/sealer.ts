import type { KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, type CompactJWEHeaderParameters } from 'jose';
import type { Types } from 'mongoose';
import type { sealedFields } from '../../schemas/sealed-fields.js';
import { IntegrationError, isIntegrationError } from '../errors.js';
import { createRecentValues } from '../recent-values.js';
import type { PlainObject } from '../types/json.js';
import type { KeyRing } from './key-ring.js';
import { knownSecrets } from './known-secrets.js';

/** Where a sealed value belongs. It opens there and nowhere else. */
export interface SealedPlace {
  readonly integrationId: Types.ObjectId;
  readonly field: (typeof sealedFields)[number];
}

export interface SealInput extends SealedPlace {
  /** Sealed as JSON: a Date comes back as a string. */
  readonly value: Readonly<PlainObject>;
}

export interface OpenInput extends SealedPlace {
  /** The ciphertext, as stored. */
  readonly sealed: string;
}

export interface SealedValue {
  /** Compact JWE. */
  readonly sealed: string;
  /** Id of the key, for `sealedWith`. */
  readonly keyId: string;
}

/** Encrypts and decrypts the sealed fields of integrations. */
export interface Sealer {
  /**
   * Seals with the current key.
   *
   * @throws IntegrationError `CREDENTIALS_INVALID` when the value cannot be JSON.
   */
  seal(input: SealInput): Promise<SealedValue>;
  /**
   * The value, as an object of the caller's own.
   *
   * @throws IntegrationError `ENCRYPTION_KEY_MISSING` when the ring lacks the key, `CREDENTIALS_UNDECRYPTABLE` when the
   *   ciphertext was tampered with or belongs elsewhere. Never answers "nothing": a later save would make it true.
   */
  open(input: OpenInput): Promise<PlainObject>;
  /** What redaction must look for: see `knownSecrets`. Raises what `open` raises. */
  secrets(input: OpenInput): Promise<readonly string[]>;
  /** Both at once. Raises what `open` raises. */
  openWithSecrets(input: OpenInput): Promise<OpenedWithSecrets>;
}

export interface OpenedWithSecrets {
  /** An object of the caller's own. */
  readonly value: PlainObject;
  readonly secrets: readonly string[];
}

export interface SealerOptions {
  /** How many opened values stay in memory; default 500. */
  readonly cacheSize?: number;
}

/** A sealed value, opened. */
interface OpenedValue {
  /** The record and field that it is sealed for. */
  readonly binding: string;
  /** JSON: parsed anew for every reader, so that none can change what the others get. */
  readonly json: string;
  readonly secrets: readonly string[];
}

const ALGORITHM = 'dir';
const ENCRYPTION = 'A256GCM';
/**
 * The header parameter that names the record and field. The protected header is the additional data of the encryption
 * (RFC 7516, section 5.1, step 14), so that it cannot be changed; `crit` has readers refuse that do not compare it.
 */
const BINDING = 'sealed-for';
const crit = { [BINDING]: true };

/** Seals as compact JWE (RFC 7516), `dir` with `A256GCM`, and remembers what was opened last. */
export function createSealer(keyRing: KeyRing, { cacheSize = 500 }: SealerOptions = {}): Sealer {
  // By ciphertext: no two are equal, because each has an IV of its own.
  const openedValues = createRecentValues<OpenedValue>(cacheSize);

  function remembered(input: OpenInput): OpenedValue | null {
    const known = openedValues.get(input.sealed);
    return known?.binding === bindingOf(input) ? known : null;
  }

  async function decrypted(input: OpenInput): Promise<OpenedValue> {
    const value = await decrypt(keyRing, input);
    openedValues.set(input.sealed, value);
    return value;
  }

  async function openWithSecrets(input: OpenInput): Promise<OpenedWithSecrets> {
    const { json, secrets } = remembered(input) ?? (await decrypted(input));
    return { value: parseObject(json) ?? undecryptable(input), secrets };
  }

  return {
    async seal(input) {
      const { id, key } = keyRing.current;
      const sealed = await new CompactEncrypt(new TextEncoder().encode(toJson(input)))
        .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, kid: id, crit: [BINDING], [BINDING]: bindingOf(input) })
        .encrypt(key, { crit });
      return { sealed, keyId: id };
    },
    open: async (input) => (await openWithSecrets(input)).value,
    secrets: async (input) => (remembered(input) ?? (await decrypted(input))).secrets,
    openWithSecrets,
  };
}

async function decrypt(keyRing: KeyRing, input: OpenInput): Promise<OpenedValue> {
  const binding = bindingOf(input);
  const { plaintext, protectedHeader } = await compactDecrypt(
    input.sealed,
    (header) => keyFor(header, keyRing, input),
    {
      crit,
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
    },
  ).catch((error: unknown) => {
    throw isIntegrationError(error, 'ENCRYPTION_KEY_MISSING') ? error : undecryptableError(input, error);
  });
  if (protectedHeader[BINDING] !== binding) return undecryptable(input);
  const json = new TextDecoder().decode(plaintext);
  const value = parseObject(json) ?? undecryptable(input);
  return { binding, json, secrets: knownSecrets(value) };
}

function keyFor(header: CompactJWEHeaderParameters, keyRing: KeyRing, input: OpenInput): KeyObject {
  // We never compress, so this is none of ours; and a small ciphertext could unpack to something huge.
  if (header.zip !== undefined) return undecryptable(input);
  const keyId = String(header.kid).slice(0, 64);
  const found = keyRing.find(keyId);
  if (found !== null) return found.key;
  throw new IntegrationError(
    'ENCRYPTION_KEY_MISSING',
    `The ${input.field} of integration ${String(input.integrationId)} are sealed with the key "${keyId}", which is not in encryptionKeys.`,
    { details: { integrationId: String(input.integrationId), field: input.field, keyId } },
  );
}

function bindingOf({ integrationId, field }: SealedPlace): string {
  return `${integrationId.toHexString()}/${field}`;
}

function toJson({ value, integrationId, field }: SealInput): string {
  const json = stringify(value);
  if (typeof json === 'string' && parseObject(json) !== null) return json;
  throw new IntegrationError('CREDENTIALS_INVALID', `The ${field} must be a plain object of JSON values.`, {
    details: { integrationId: String(integrationId), field },
  });
}

/** Undefined for what cannot be JSON: BigInt, circles, nothing at all. */
function stringify(value: unknown): unknown {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Null for what is no JSON object. The parser's own error would quote the secret. */
function parseObject(json: string): PlainObject | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function undecryptable(place: SealedPlace): never {
  throw undecryptableError(place);
}

function undecryptableError({ integrationId, field }: SealedPlace, cause?: unknown): IntegrationError {
  return new IntegrationError(
    'CREDENTIALS_UNDECRYPTABLE',
    `The ${field} of integration ${String(integrationId)} cannot be opened: changed, or sealed for another record.`,
    { details: { integrationId: String(integrationId), field }, ...(cause !== undefined && { cause }) },
  );
}
