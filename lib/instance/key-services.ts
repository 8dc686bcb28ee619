import type { IntegrationModels } from '../../schemas/models.js';
import { keyUsage } from '../credentials/key-usage.js';
import type { KeptValues } from '../credentials/kept-values.js';
import type { KeyRing } from '../credentials/key-ring.js';
import { rotateKeys } from '../credentials/rotate-keys.js';
import { keptWriteResults } from '../idempotency/kept-results.js';
import { keptPayloads } from '../sync/items/item-payload.js';
import { keptBodies } from '../webhooks/webhook-payload.js';
import type { Integrations } from './services.js';

/** What operators do about encryption keys. */
export function createKeyServices(
  models: IntegrationModels,
  keyRing: KeyRing,
): Pick<Integrations, 'keyUsage' | 'rotateKeys'> {
  const model = models.Integration;
  return {
    keyUsage: () => keyUsage(model, keyRing),
    rotateKeys: (options = {}) => rotateKeys({ ...options, model, kept: keptValues(models), keyRing }),
  };
}

/** All that is kept for a while and may be sealed, but for cached responses, which nobody finds under another key. */
function keptValues(models: IntegrationModels): readonly KeptValues[] {
  return [
    keptBodies(models.IntegrationWebhook),
    keptPayloads(models.IntegrationSyncItem),
    keptWriteResults(models.IntegrationIdempotencyKey),
  ];
}
