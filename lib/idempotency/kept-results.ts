import type { IntegrationIdempotencyKeyModel } from '../../schemas/integration-idempotency-key.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import type { KeptValues } from '../credentials/kept-values.js';
import { isPlainObject } from '../plain-object.js';
import { responseStatus } from '../requests/response-object.js';
import { decodeValue, encodeValue } from '../stored-value.js';
import { driverCollection } from '../driver-collection.js';
import type { LedgerRecord } from './ledger-record.js';

/** A result as it is stored. */
export type StoredResult = Pick<LedgerRecord, 'result' | 'isResultOmitted'>;

/** Keeps results of writes, sealed: they are answers of the other API, and can hold anything. */
export interface KeptResults {
  /** The bytes of a result; null where it is too large, or no data: a stream, the response object of fetch. */
  encode(result: unknown): Uint8Array | null;
  /** Omitted where there are none. */
  seal(id: LedgerRecord['_id'], bytes: Uint8Array | null): Promise<StoredResult>;
  /**
   * The result of a completed write; null where it was omitted.
   *
   * @throws IntegrationError `ENCRYPTION_KEY_MISSING`, `CREDENTIALS_UNDECRYPTABLE`
   */
  open(record: LedgerRecord): Promise<{ readonly value: unknown } | null>;
}

/** There is none to keep. */
export const omitted: StoredResult = { result: null, isResultOmitted: true };

export function createKeptResults(sealer: BoundSealer, maxBytes: number): KeptResults {
  return {
    encode(result) {
      // Encoded, it would be an empty object.
      if (responseStatus(result) !== null && !isPlainObject(result)) return null;
      const bytes = encodeValue(result);
      return bytes === null || bytes.length > maxBytes ? null : bytes;
    },
    async seal(id, bytes) {
      if (bytes === null) return omitted;
      return { result: (await sealer.seal(bindingOf(id), bytes)).sealed, isResultOmitted: false };
    },
    async open({ _id, integrationId, result }) {
      if (result === null) return null;
      const place = {
        binding: bindingOf(_id),
        what: `kept result of a write of integration ${integrationId.toHexString()}`,
        details: { integrationId: integrationId.toHexString() },
      };
      return { value: decodeValue(await sealer.open(place, result)) };
    },
  };
}

/** The results of all keyed writes, for the rotation of keys. */
export function keptWriteResults(model: IntegrationIdempotencyKeyModel): KeptValues {
  return { kind: 'write-result', collection: driverCollection(model), field: 'result', bindingOf };
}

function bindingOf(id: LedgerRecord['_id']): string {
  return `integration-idempotency-key:${id.toHexString()}:result`;
}
