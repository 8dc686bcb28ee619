import { IntegrationError } from '../errors.js';
import { property } from '../failures/cause-chain.js';
import { classNameOf } from '../failures/class-name.js';

/** What a driver's error is called. Its message can quote the key. */
export function reasonOf(error: unknown): string {
  const code = property(error, 'code');
  const name = classNameOf(error) ?? typeof error;
  return typeof code === 'number' || typeof code === 'string' ? `${name} ${String(code)}` : name;
}

/** The error for a write that cannot be made because the ledger cannot be asked. */
export function ledgerUnavailable(reason: string): IntegrationError<'DATABASE_UNAVAILABLE'> {
  return new IntegrationError(
    'DATABASE_UNAVAILABLE',
    `The ledger of writes could not be reached (${reason}): the call was not sent.`,
    { details: { reason } },
  );
}
