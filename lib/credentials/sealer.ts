import type { Types } from 'mongoose';
import type { sealedFields } from '../../schemas/sealed-fields.js';
import { IntegrationError } from '../errors.js';
import { createRecentValues } from '../recent-values.js';
import { isJsonObject } from '../plain-object.js';
import type { PlainObject } from '../types/json.js';
import {
  createBoundSealer,
  undecryptable,
  type BoundSealer,
  type SealedBinding,
  type SealedValue,
} from './bound-sealer.js';
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

/** Seals as compact JWE (RFC 7516), `dir` with `A256GCM`, and remembers what was opened last. */
export function createSealer(keyRing: KeyRing, { cacheSize = 500 }: SealerOptions = {}): Sealer {
  const boundSealer = createBoundSealer(keyRing);
  // By ciphertext: no two are equal, because each has an IV of its own.
  const openedValues = createRecentValues<OpenedValue>(cacheSize);

  function remembered(input: OpenInput): OpenedValue | null {
    const known = openedValues.get(input.sealed);
    return known?.binding === bindingOf(input) ? known : null;
  }

  async function decrypted(input: OpenInput): Promise<OpenedValue> {
    const value = await decrypt(boundSealer, input);
    openedValues.set(input.sealed, value);
    return value;
  }

  async function openWithSecrets(input: OpenInput): Promise<OpenedWithSecrets> {
    const { json, secrets } = remembered(input) ?? (await decrypted(input));
    return { value: opened(json, input), secrets };
  }

  return {
    seal: async (input) => boundSealer.seal(bindingOf(input), new TextEncoder().encode(toJson(input))),
    open: async (input) => (await openWithSecrets(input)).value,
    secrets: async (input) => (remembered(input) ?? (await decrypted(input))).secrets,
    openWithSecrets,
  };
}

async function decrypt(boundSealer: BoundSealer, input: OpenInput): Promise<OpenedValue> {
  const plaintext = await boundSealer.open(placeOf(input), input.sealed);
  const json = new TextDecoder().decode(plaintext);
  return { binding: bindingOf(input), json, secrets: knownSecrets(opened(json, input)) };
}

function opened(json: string, place: SealedPlace): PlainObject {
  const value = parseObject(json);
  if (value === null) throw undecryptable(placeOf(place));
  return value;
}

function placeOf(place: SealedPlace): SealedBinding {
  const { integrationId, field } = place;
  const id = integrationId.toHexString();
  return { binding: bindingOf(place), what: `${field} of integration ${id}`, details: { integrationId: id, field } };
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
    return isJsonObject(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
