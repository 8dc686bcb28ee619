import type { IntegrationFields } from '../../../schemas/integration.js';
import type { SyncRun } from './run-collection.js';

/**
 * Whether a run began before another account took the place of the one that it lists: nothing of it is of the new one.
 * Both times are of the server's clock.
 */
export function isOfFormerAccount(
  { createdAt }: Pick<SyncRun, 'createdAt'>,
  { accountChangedAt }: Pick<IntegrationFields, 'accountChangedAt'>,
): boolean {
  // Documents of older versions have no such field.
  return accountChangedAt instanceof Date && createdAt <= accountChangedAt;
}
