import type { IntegrationModels } from '../../../schemas/models.js';
import type { Types } from 'mongoose';
import { durableWrite } from '../../durable-write.js';
import type { CacheService } from '../../response-cache/cache-service.js';

export interface FormerAccountParts {
  readonly models: Pick<IntegrationModels, 'IntegrationSyncEntity'>;
  readonly cache: Pick<CacheService, 'invalidate'>;
}

/** Deletes what is known of an account that another one takes the place of; its cursor goes with the tokens. */
export type ForgetFormerAccount = (integrationId: Types.ObjectId) => Promise<void>;

/** What was mapped or synced of it stays: it is the application's. */
export function createForgetFormerAccount({ models, cache }: FormerAccountParts): ForgetFormerAccount {
  return async function forgetFormerAccount(integrationId) {
    // The key of a cached response knows nothing of tokens.
    await cache.invalidate(integrationId);
    // Else all of it would be reported as missing.
    await models.IntegrationSyncEntity.collection.deleteMany({ integrationId }, durableWrite);
  };
}
