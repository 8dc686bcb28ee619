import type { IntegrationModel } from '../../schemas/integration.js';
import { primary } from '../primary.js';
import type { KeyRing } from './key-ring.js';

/** How many integrations are sealed with a key. */
export interface KeyUse {
  readonly keyId: string;
  /** Those whose credentials and tokens are sealed with different keys count for both. */
  readonly integrations: number;
  /** Whether the key is among the `encryptionKeys`; false: what it sealed cannot be opened. */
  readonly isKnown: boolean;
  /** Whether it is the first of them, which seals. */
  readonly isCurrent: boolean;
}

/** What is sealed with which key. */
export interface KeyUsage {
  /** The current key, and all that anything is sealed with. */
  readonly keys: readonly KeyUse[];
  /** Integrations that are sealed with another key than the current one: those that a rotation is about. */
  readonly stale: number;
}

/** Counts by the index on `sealedWith`; opens nothing. */
export async function keyUsage(model: IntegrationModel, keyRing: KeyRing): Promise<KeyUsage> {
  const { collection } = model;
  const found: unknown[] = await collection.distinct('sealedWith', {}, primary);
  const ids = new Set([keyRing.current.id, ...found.filter((id) => typeof id === 'string')]);
  const keys = [...ids].map(async (keyId) => ({
    keyId,
    integrations: await collection.countDocuments({ sealedWith: keyId }, primary),
    isKnown: keyRing.find(keyId) !== null,
    isCurrent: keyId === keyRing.current.id,
  }));
  return { keys: await Promise.all(keys), stale: await countStale(model, keyRing) };
}

/** Integrations that are sealed with another key than the current one. */
export function countStale({ collection }: IntegrationModel, { current }: KeyRing): Promise<number> {
  return collection.countDocuments({ sealedWith: { $elemMatch: { $ne: current.id } } }, primary);
}
