import { IntegrationError } from '../errors.js';
import { property } from '../failures/cause-chain.js';
import type { IntegrationDocument } from '../../schemas/integration.js';

/**
 * Refuses a write inside a transaction, as far as that can be seen: by the session that the integration was loaded
 * with, or by Mongoose's own context (its option `transactionAsyncLocalStorage`).
 *
 * @throws IntegrationError `IDEMPOTENCY_IN_TRANSACTION`
 */
export function refuseTransaction(integration: IntegrationDocument): void {
  if (integration.$session()?.inTransaction() !== true && !isInTransaction(ambientSession(integration))) return;
  throw new IntegrationError(
    'IDEMPOTENCY_IN_TRANSACTION',
    'A call with an idempotency key cannot be made inside a transaction: it was not sent.',
    { details: { integrationId: integration._id.toHexString() } },
  );
}

/** Of `connection.transaction()`; neither is in Mongoose's types. */
function ambientSession({ db }: IntegrationDocument): unknown {
  const storage = property(property(db, 'base'), 'transactionAsyncLocalStorage');
  const getStore = property(storage, 'getStore');
  return typeof getStore === 'function' ? property(Reflect.apply(getStore, storage, []), 'session') : undefined;
}

function isInTransaction(session: unknown): boolean {
  const inTransaction = property(session, 'inTransaction');
  return typeof inTransaction === 'function' && Reflect.apply(inTransaction, session, []) === true;
}
