/**
 * A process that calls a limited API as fast as it may, with some callers side by side. Messages: `{ begin: settings }`
 * begins, `{}` ends, and gives what calls failed with.
 */
import mongoose from 'mongoose';
import { createIntegrations, isIntegrationError } from '../../lib/index.js';
import { seededRandom } from '../bench/seeded-random.js';
import { rateProvider, type RateProviderSettings } from './rate-provider.js';

export interface RateWorkerSettings extends RateProviderSettings {
  readonly uri: string;
  readonly integrationId: string;
  readonly callers: number;
  /** Share of the calls that are interactive; they go to `/interactive`, the others to `/background`. */
  readonly interactiveShare: number;
  readonly timeoutMs: number;
  readonly seed: number;
}

/** How often calls failed, by code. */
export type RateWorkerFailures = Record<string, number>;

/** Calls on and on; what it gives stops that. */
async function begin(settings: RateWorkerSettings): Promise<() => Promise<RateWorkerFailures>> {
  const connection = await mongoose.createConnection(settings.uri).asPromise();
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    logger: false,
    circuit: { enabled: false },
    requests: { timeoutMs: settings.timeoutMs },
    rateLimits: { maxWaitSeconds: 60 },
    providers: { limited: rateProvider(settings) },
  });
  await integrations.start();
  const integration = await integrations.findOrFail(settings.integrationId);
  const random = seededRandom(settings.seed);
  const stopping = new AbortController();
  const failures: RateWorkerFailures = {};

  async function callOnAndOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      const priority = random() < settings.interactiveShare ? 'interactive' : 'background';
      const call = integration.at(`/${priority}`).withAttempts(1).withOptions({ priority, signal: stopping.signal });
      await call.get().catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        const code = isIntegrationError(error) ? error.code : String(error);
        failures[code] = (failures[code] ?? 0) + 1;
      });
    }
  }

  for (let caller = 0; caller < settings.callers; caller += 1) void callOnAndOn();
  return async () => {
    stopping.abort();
    await integrations.close();
    await connection.close();
    return failures;
  };
}

let stop: () => Promise<RateWorkerFailures> = () => Promise.resolve({});
process.on('message', ({ begin: settings }: { begin?: RateWorkerSettings }) => {
  if (settings === undefined) void stop().then((failures) => process.send?.(failures));
  else {
    void begin(settings).then((end) => {
      stop = end;
      process.send?.('begun');
    });
  }
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
