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

/** The item with all of its fields; in place, because items are many. */
export function whole(item: IntegrationSyncItemFields): IntegrationSyncItemFields {
  const stored: Partial<IntegrationSyncItemFields> = item;
  stored.error ??= untouched.error;
  stored.completedAt ??= untouched.completedAt;
  stored.availableAt ??= untouched.availableAt;
  stored.crashes ??= untouched.crashes;
  stored.deferredSince ??= untouched.deferredSince;
  stored.skipReason ??= untouched.skipReason;
  stored.requests ??= [];
  stored.requestCount ??= untouched.requestCount;
  return item;
}
