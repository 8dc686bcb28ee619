import { createIntegrations } from 'express-integrations';
import { github } from 'express-integrations/providers/github';
import type { Connection } from 'mongoose';

/** What the application and its workers have in common. */
export interface InstanceSettings {
  readonly mongoUri: string;
  /** Of the local API. */
  readonly apiUrl: string;
  readonly encryptionKey: string;
}

/** The package, as the demo uses it. `work`: whether this process does work in the background. */
export function openInstance(connection: Connection, settings: InstanceSettings, { work }: { readonly work: boolean }) {
  return createIntegrations({
    connection,
    providers: { github },
    encryptionKeys: [{ id: 'demo', secret: settings.encryptionKey }],
    http: { allowedPrivateHosts: [new URL(settings.apiUrl).host] },
    // What takes minutes with the defaults is to be watched in seconds.
    requests: { timeoutMs: 1_500 },
    retry: { maxDelayMs: 1_000 },
    sync: { tickSeconds: 1, leaseSeconds: 3, batchSize: 100, slots: 1, concurrency: 5 },
    jobs: { enabled: work, lockSeconds: 3 },
    // The demo makes calls fail on purpose.
    logger: false,
  });
}
