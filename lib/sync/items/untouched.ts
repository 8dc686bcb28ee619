import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';

/** What is not stored with an item before there is something to say. The defaults of the schema are the same. */
export const untouched = {
  error: null,
  completedAt: null,
  availableAt: null,
  crashes: 0,
  deferredSince: null,
  skipReason: null,
  requests: [],
  requestCount: 0,
} satisfies Partial<IntegrationSyncItemFields>;
