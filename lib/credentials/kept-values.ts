import type { Collection, mongo, Types } from 'mongoose';
import { durableWrite } from '../durable-write.js';
import { isIntegrationError } from '../errors.js';
import { primary } from '../primary.js';
import { sealedPrefix, type BoundSealer } from './bound-sealer.js';
import type { KeyRing } from './key-ring.js';
import type { Rotation, SealedKind } from './rotation.js';

/** A collection that keeps one value of each document for a while, and may have it sealed. */
export interface KeptValues {
  readonly kind: Exclude<SealedKind, 'integration'>;
  /** The driver's: no transaction of the host has a part in what is sealed anew. */
  readonly collection: Collection;
  /** Where the value is: a compact JWE, or anything else where it is not sealed. */
  readonly field: string;
  bindingOf(id: Types.ObjectId): string;
}

interface ResealParts {
  readonly keyRing: KeyRing;
  readonly sealer: BoundSealer;
  readonly rotation: Rotation;
}

/** So many values are held in memory at once: bodies of webhooks may be large. */
const atOnce = 10;

/**
 * Seals the values with the current key that are sealed with another one. Reads the whole collection once, in the order
 * of `_id`: an index for what happens once a year would cost every write.
 */
export async function resealKept(values: KeptValues, parts: ResealParts): Promise<void> {
  const { keyRing, rotation } = parts;
  let after: Types.ObjectId | null = null;
  while (!rotation.isAborted()) {
    const ids = await staleIds(values, keyRing, after);
    const last = ids.at(-1);
    if (last === undefined) return;
    const done = await Promise.all(ids.map((id) => reseal(values, id, parts)));
    rotation.batchDone(done.filter(Boolean).length);
    after = last;
  }
}

/** How many values are sealed with another key than the current one. */
export function countStaleKept({ collection, field }: KeptValues, keyRing: KeyRing): Promise<number> {
  return collection.countDocuments({ [field]: staleIn(keyRing) }, { hint: { _id: 1 }, ...primary });
}

async function staleIds(
  { collection, field }: KeptValues,
  keyRing: KeyRing,
  after: Types.ObjectId | null,
): Promise<Types.ObjectId[]> {
  const rows = await collection
    .find<{ _id: Types.ObjectId }>(
      { [field]: staleIn(keyRing), ...(after !== null && { _id: { $gt: after } }) },
      { projection: { _id: 1 }, sort: { _id: 1 }, limit: atOnce, ...primary },
    )
    .toArray();
  return rows.map(({ _id }) => _id);
}

/** By how it begins, which the server can tell: it names the key in clear. */
function staleIn({ current }: KeyRing): mongo.Condition<string> {
  return { $regex: `^${sealedPrefix()}`, $not: { $regex: `^${sealedPrefix(current.id)}` } };
}

/** Compares what it replaces: a write that is made anew meanwhile keeps its new result. */
async function reseal(
  { kind, collection, field, bindingOf }: KeptValues,
  _id: Types.ObjectId,
  { keyRing, sealer, rotation }: ResealParts,
): Promise<boolean> {
  // Another rotation may have been here since.
  const found = await collection.findOne(
    { _id, [field]: staleIn(keyRing) },
    { projection: { [field]: 1 }, ...primary },
  );
  const sealed: unknown = found?.[field];
  if (typeof sealed !== 'string') return false;
  const binding = bindingOf(_id);
  const id = _id.toHexString();
  try {
    const bytes = await sealer.open({ binding, what: `value of a ${kind}`, details: { kind, id } }, sealed);
    const anew = await sealer.seal(binding, bytes);
    const update = { $set: { [field]: anew.sealed } };
    const { modifiedCount } = await collection.updateOne({ _id, [field]: sealed }, update, durableWrite);
    return modifiedCount === 1;
  } catch (error) {
    if (!isIntegrationError(error)) throw error;
    rotation.failed({ kind, id, code: error.code });
    return false;
  }
}
