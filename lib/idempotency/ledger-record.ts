import type { Collection } from 'mongoose';
import type {
  IntegrationIdempotencyKeyFields,
  IntegrationIdempotencyKeyModel,
} from '../../schemas/integration-idempotency-key.js';
import { driverCollection } from '../driver-collection.js';

/** A write as the ledger has it. */
export type LedgerRecord = IntegrationIdempotencyKeyFields;

/** The driver's collection of the ledger. */
export type LedgerCollection = Collection<LedgerRecord>;

/** The ledger is changed by atomic updates that Mongoose, and a transaction of the host, have no part in. */
export function ledgerCollection(model: IntegrationIdempotencyKeyModel): LedgerCollection {
  return driverCollection<LedgerRecord>(model);
}
