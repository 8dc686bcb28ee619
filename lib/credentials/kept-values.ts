import type { Collection, Types } from 'mongoose';
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
/** So many documents are looked at by one command: none takes long, however many there are. */
const windowSize = 1_000;

/**
 * Seals the values with the current key that are sealed with another one. Reads the whole collection once, in the order
 * of `_id`: an index for what happens once a year would cost every write.
 */
export async function resealKept(values: KeptValues, parts: ResealParts): Promise<void> {
  const { keyRing, rotation } = parts;
  for await (const stale of staleWindows(values, keyRing)) {
    for (let first = 0; first < stale.length && !rotation.isAborted(); first += atOnce) {
      const ids = stale.slice(first, first + atOnce);
      const done = await Promise.all(ids.map((id) => reseal(values, id, parts)));
      rotation.batchDone(done.filter(Boolean).length);
    }
    if (rotation.isAborted()) return;
  }
}

/** How many values are sealed with another key than the current one. */
export async function countStaleKept(values: KeptValues, keyRing: KeyRing): Promise<number> {
  let count = 0;
  for await (const stale of staleWindows(values, keyRing)) count += stale.length;
  return count;
}

/** A part of a collection. */
interface Window {
  /** Of its last document. */
  readonly last: Types.ObjectId;
  /** Of those whose value is sealed with another key than the current one. */
  readonly stale: readonly Types.ObjectId[];
}

async function* staleWindows(
  { collection, field }: KeptValues,
  keyRing: KeyRing,
): AsyncGenerator<Window['stale'], void> {
  const ids = {
    last: { $last: '$_id' },
    stale: { $push: { $cond: [isStale(`$${field}`, keyRing), '$_id', '$$REMOVE'] } },
  };
  const summary = { $group: { _id: null, ...ids } };
  let rest: object = {};
  for (;;) {
    const pipeline = [{ $match: rest }, { $sort: { _id: 1 } }, { $limit: windowSize }, summary];
    const [window] = await collection.aggregate<Window>(pipeline, primary).toArray();
    if (window === undefined) return;
    yield window.stale;
    rest = { _id: { $gt: window.last } };
  }
}

/** By how it begins, which the server can tell: it names the key in clear. */
function isStale(input: string, { current }: KeyRing): object {
  const begins = (prefix: string) => ({ $regexMatch: { input, regex: `^${prefix}` } });
  const isOfAnother = { $and: [begins(sealedPrefix()), { $not: [begins(sealedPrefix(current.id))] }] };
  return { $cond: [{ $eq: [{ $type: input }, 'string'] }, isOfAnother, false] };
}

/** Compares what it replaces: a write that is made anew meanwhile keeps its new result. */
async function reseal(
  { kind, collection, field, bindingOf }: KeptValues,
  _id: Types.ObjectId,
  { keyRing, sealer, rotation }: ResealParts,
): Promise<boolean> {
  const found = await collection.findOne({ _id }, { projection: { [field]: 1 }, ...primary });
  const sealed: unknown = found?.[field];
  // Another rotation may have been here since.
  if (typeof sealed !== 'string' || sealed.startsWith(sealedPrefix(keyRing.current.id))) return false;
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
