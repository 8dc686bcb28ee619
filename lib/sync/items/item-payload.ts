import { mongo, type Types } from 'mongoose';
import type { IntegrationSyncItemModel } from '../../../schemas/integration-sync-item.js';
import type { BoundSealer } from '../../credentials/bound-sealer.js';
import type { KeptValues } from '../../credentials/kept-values.js';
import { driverCollection } from '../../driver-collection.js';

const { BSON } = mongo;

/** As items are inserted: what is undefined is left out, as in JSON. */
export const insertOptions = { ignoreUndefined: true } as const;

/** Bytes that MongoDB needs for the value; null: it cannot store it. */
export function storedBytes(value: unknown): number | null {
  try {
    return BSON.calculateObjectSize({ value }, insertOptions);
  } catch {
    // A cycle, a getter that throws, a value without a BSON type.
    return null;
  }
}

/** Seals the payload of one item: it opens there and nowhere else. */
export async function sealPayload(sealer: BoundSealer, itemId: Types.ObjectId, value: unknown): Promise<string> {
  const { sealed } = await sealer.seal(bindingOf(itemId), BSON.serialize({ value }, insertOptions));
  return sealed;
}

/**
 * The payload as it was dispatched, whether it is stored sealed or not: its provider may have changed its mind.
 *
 * @throws IntegrationError `ENCRYPTION_KEY_MISSING`, or `CREDENTIALS_UNDECRYPTABLE` for what was tampered with
 */
export async function openPayload(sealer: BoundSealer, itemId: Types.ObjectId, stored: unknown): Promise<unknown> {
  const binding = bindingOf(itemId);
  if (!isSealed(stored, binding)) return stored;
  const details = { itemId: itemId.toHexString() };
  const place = { binding, what: 'contents of a sync item', details };
  return BSON.deserialize(await sealer.open(place, stored)).value as unknown;
}

/** A compact JWE that names this very item, which nobody knew when the payload was made. */
function isSealed(stored: unknown, binding: string): stored is string {
  if (typeof stored !== 'string' || !stored.startsWith('ey')) return false;
  const [header = '', ...rest] = stored.split('.', 6);
  return rest.length === 4 && Buffer.from(header, 'base64url').toString().includes(JSON.stringify(binding));
}

/** The payloads of all sync items, for the rotation of keys. */
export function keptPayloads(model: IntegrationSyncItemModel): KeptValues {
  return { kind: 'sync-item', collection: driverCollection(model), field: 'payload', bindingOf };
}

/** Unlike any place of credentials: those are the id and a field. */
function bindingOf(itemId: Types.ObjectId): string {
  return `sync-item/${itemId.toHexString()}`;
}
