import type { mongo } from 'mongoose';
import type { IntegrationFields, IntegrationModel } from '../../schemas/integration.js';
import { durableWrite } from '../durable-write.js';
import { IntegrationError, isIntegrationError, type IntegrationErrorCode } from '../errors.js';
import { countStale } from './key-usage.js';
import type { KeyRing } from './key-ring.js';
import { sealedWith } from './sealed-with.js';
import { createSealer, type SealedPlace, type Sealer } from './sealer.js';

export interface RotateKeysInput {
  readonly model: IntegrationModel;
  readonly keyRing: KeyRing;
  /** Ends the rotation after the batch at hand; what remains is found by the next one. */
  readonly signal?: AbortSignal;
  /** Integrations per round trip; default 100. */
  readonly batchSize?: number;
  /** Called after each batch. */
  readonly onProgress?: (progress: RotationProgress) => void;
}

export interface RotationProgress {
  readonly resealed: number;
  readonly failed: number;
}

/** An integration that could not be opened; it was left as it is. */
export interface RotationFailure {
  readonly integrationId: string;
  readonly code: IntegrationErrorCode;
}

export interface RotationResult {
  /** Integrations that this rotation sealed with the current key. */
  readonly resealed: number;
  readonly failed: readonly RotationFailure[];
  /** Integrations still sealed with another key: failed, left by an abort, or written meanwhile. */
  readonly remaining: number;
}

type SealedRow = Pick<IntegrationFields, '_id' | 'credentials' | 'tokens' | 'credentialVersion'>;

/** Integrations that change while they are sealed anew are looked at again, this often. */
const MAX_PASSES = 3;

/**
 * Seals everything with the current key that is sealed with another one. Safe to run in several processes at once,
 * while credentials change, and again after it was killed: every write compares what it replaces, and what is done no
 * longer matches.
 */
export async function rotateKeys(input: RotateKeysInput): Promise<RotationResult> {
  const sealer = createSealer(input.keyRing, { cacheSize: 0 });
  const failures = new Map<string, RotationFailure>();
  let resealed = 0;
  for (let pass = 1, overtaken = true; overtaken && pass <= MAX_PASSES; pass += 1) {
    overtaken = false;
    failures.clear();
    for await (const rows of staleBatches(input)) {
      const writes = await resealAll(rows, sealer, failures);
      const written = await writeAll(writes, input.model);
      overtaken ||= written < writes.length;
      resealed += written;
      input.onProgress?.({ resealed, failed: failures.size });
    }
  }
  return { resealed, failed: [...failures.values()], remaining: await countStale(input.model, input.keyRing) };
}

/** Key by key, because the index on (`sealedWith`, `_id`) serves one key in the order of `_id`. */
async function* staleBatches({
  model,
  keyRing,
  signal,
  batchSize = 100,
}: RotateKeysInput): AsyncGenerator<SealedRow[]> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new IntegrationError('OPTIONS_INVALID', 'batchSize: expected a positive integer.', {
      details: { path: 'batchSize' },
    });
  }
  const keyIds: unknown[] = await model.collection.distinct('sealedWith', {}, { readPreference: 'primary' });
  for (const keyId of keyIds.filter((id) => id !== keyRing.current.id)) {
    let filter: mongo.Filter<mongo.Document> = { sealedWith: keyId };
    while (signal?.aborted !== true) {
      const rows = await model.collection
        .find<SealedRow>(filter, { readPreference: 'primary' })
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

async function resealAll(rows: readonly SealedRow[], sealer: Sealer, failures: Map<string, RotationFailure>) {
  const writes = await Promise.all(
    rows.map(async (row) => {
      try {
        return await reseal(row, sealer);
      } catch (error) {
        if (!isIntegrationError(error)) throw error;
        failures.set(String(row._id), { integrationId: String(row._id), code: error.code });
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
