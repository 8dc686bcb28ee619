/**
 * A process that makes cached calls. Messages: `{ endpoint, calls }` makes so many side by side, and is answered with
 * what they came to.
 */
import mongoose from 'mongoose';
import { createIntegrations } from '../../lib/index.js';
import { localProvider } from './local-provider.js';

export interface CacheWorkerSettings {
  readonly uri: string;
  readonly origin: string;
  readonly integrationId: string;
  readonly prefix: string;
  readonly sharedFetch: boolean;
}

export interface CacheWorkerOrder {
  readonly endpoint: string;
  readonly calls: number;
}

/** How many calls came to the same, by what that is as JSON. */
export type CacheWorkerReport = Readonly<Record<string, number>>;

/** The same in all processes: what one remembers, the others can find. */
export const cacheWorkerKeys = [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }];

async function run({ uri, origin, integrationId, prefix, sharedFetch }: CacheWorkerSettings): Promise<void> {
  const connection = await mongoose.createConnection(uri).asPromise();
  const integrations = createIntegrations({
    connection,
    prefix,
    encryptionKeys: cacheWorkerKeys,
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    cache: { sharedFetch },
    logger: false,
    providers: { local: localProvider({ origin }) },
  });
  const integration = await integrations.findOrFail(integrationId);

  async function carryOut({ endpoint, calls }: CacheWorkerOrder): Promise<CacheWorkerReport> {
    const report: Record<string, number> = {};
    const call = async (): Promise<void> => {
      const value: unknown = await integration.at(endpoint).withAttempts(1).withCache(60).get().catch(String);
      const key = JSON.stringify(value);
      report[key] = (report[key] ?? 0) + 1;
    };
    await Promise.all(Array.from({ length: calls }, call));
    return report;
  }

  process.on('message', (order: CacheWorkerOrder) => void carryOut(order).then((report) => process.send?.(report)));
  process.once('disconnect', () => process.exit());
  process.send?.('ready');
}

const [, , settings] = process.argv;
if (settings !== undefined && process.send !== undefined && import.meta.filename === process.argv[1]) {
  await run(JSON.parse(settings) as CacheWorkerSettings);
}
