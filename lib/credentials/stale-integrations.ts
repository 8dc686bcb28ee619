import type { mongo } from 'mongoose';
import type { IntegrationFields, IntegrationModel } from '../../schemas/integration.js';
import { durableWrite } from '../durable-write.js';
import { isIntegrationError } from '../errors.js';
import { primary } from '../primary.js';
import type { KeyRing } from './key-ring.js';
import type { Rotation } from './rotation.js';
import { sealedWith } from './sealed-with.js';
import { createSealer, type SealedPlace, type Sealer } from './sealer.js';

export interface ResealIntegrationsInput {
  readonly model: IntegrationModel;
  readonly keyRing: KeyRing;
  readonly rotation: Rotation;
  /** Integrations per round trip. */
  readonly batchSize: number;
}

type SealedRow = Pick<IntegrationFields, '_id' | 'credentials' | 'tokens' | 'credentialVersion'>;

/** Integrations that change while they are sealed anew are looked at again, this often. */
const MAX_PASSES = 3;

/** Seals the credentials and tokens with the current key that are sealed with another one. */
export async function resealIntegrations(input: ResealIntegrationsInput): Promise<void> {
  const { model, keyRing, rotation } = input;
  const sealer = createSealer(keyRing, { cacheSize: 0 });
  for (let pass = 1, overtaken = true; overtaken && pass <= MAX_PASSES; pass += 1) {
    overtaken = false;
    rotation.again();
    for await (const rows of staleBatches(input)) {
      const writes = await resealAll(rows, sealer, rotation);
      const written = await writeAll(writes, model);
      overtaken ||= written < writes.length;
      rotation.batchDone(written);
    }
  }
}

/** Key by key, because the index on (`sealedWith`, `_id`) serves one key in the order of `_id`. */
async function* staleBatches({
  model,
  keyRing,
  rotation,
  batchSize,
}: ResealIntegrationsInput): AsyncGenerator<SealedRow[]> {
  const keyIds: unknown[] = await model.collection.distinct('sealedWith', {}, primary);
  for (const keyId of keyIds.filter((id) => id !== keyRing.current.id)) {
    let filter: mongo.Filter<mongo.Document> = { sealedWith: keyId };
    while (!rotation.isAborted()) {
      const rows = await model.collection
        .find<SealedRow>(filter, primary)
        .project<SealedRow>({ credentials: 1, tokens: 1, credentialVersion: 1 })
        .sort({ _id: 1 })
        .limit(batchSize)
        .toArray();
      const last = rows.at(-1);
      if (last === undefined) break;
      yield rows;
      filter = { sealedWith: keyId, _id: { $gt: last._id } };
    }
  }
}

async function resealAll(rows: readonly SealedRow[], sealer: Sealer, rotation: Rotation) {
  const writes = await Promise.all(
    rows.map(async (row) => {
      try {
        return await reseal(row, sealer);
      } catch (error) {
        if (!isIntegrationError(error)) throw error;
        rotation.failed({ kind: 'integration', id: row._id.toHexString(), code: error.code });
        return null;
      }
    }),
  );
  return writes.filter((write) => write !== null);
}

/** Compares the version and both ciphertexts; the version stays, because what is sealed did not change. */
async function reseal(row: SealedRow, sealer: Sealer): Promise<mongo.AnyBulkWriteOperation> {
  const { _id, credentialVersion } = row;
  const old = { credentials: row.credentials ?? null, tokens: row.tokens ?? null };
  const credentials = await resealOne(old.credentials, { integrationId: _id, field: 'credentials' }, sealer);
  const tokens = await resealOne(old.tokens, { integrationId: _id, field: 'tokens' }, sealer);
  return {
    updateOne: {
      filter: { _id, credentialVersion, ...old },
      update: { $set: { credentials, tokens, sealedWith: sealedWith(credentials, tokens) } },
    },
  };
}

async function resealOne(sealed: string | null, place: SealedPlace, sealer: Sealer): Promise<string | null> {
  if (sealed === null) return null;
  const value = await sealer.open({ ...place, sealed });
  return (await sealer.seal({ ...place, value })).sealed;
}

async function writeAll(writes: mongo.AnyBulkWriteOperation[], model: IntegrationModel): Promise<number> {
  if (writes.length === 0) return 0;
  const { modifiedCount } = await model.collection.bulkWrite(writes, { ordered: false, ...durableWrite });
  return modifiedCount;
}
