import type { AnyProvider } from '../../lib/index.js';

/** Has a sync that lists nothing, every ten minutes. */
export const syncingProvider = {
  name: 'Syncing',
  credentialSchema: { type: 'object' },
  metadataSchema: { type: 'object' },
  sync: () => Promise.resolve(),
  defaultSyncInterval: () => 10,
  defaultRateLimit: () => null,
  reduceCheckpoints: () => null,
} as const satisfies AnyProvider;
