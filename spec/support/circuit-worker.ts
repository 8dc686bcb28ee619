/**
 * A process whose callers call an integration without pause, until it is killed. Each message is answered with what it
 * has seen of the circuit.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { createIntegrations, defineProvider, isIntegrationError, type CircuitSettings } from '../../lib/index.js';

export interface WorkerSettings {
  readonly name: string;
  readonly uri: string;
  readonly origin: string;
  readonly integrationId: string;
  readonly prefix: string;
  readonly circuit: Partial<CircuitSettings>;
  readonly timeoutMs: number;
}

/** What a process has seen; times in milliseconds since the epoch. */
export interface WorkerReport {
  readonly events: readonly { readonly name: string; readonly reason: string; readonly at: number }[];
  readonly outcomes: Readonly<Record<string, number>>;
}

const callers = 4;
const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const connection = await mongoose.createConnection(settings.uri).asPromise();
const integrations = createIntegrations({
  connection,
  prefix: settings.prefix,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
  http: { allowedPrivateHosts: ['127.0.0.1'] },
  requests: { timeoutMs: settings.timeoutMs },
  rateLimits: { maxWaitSeconds: 0 },
  circuit: settings.circuit,
  logger: false,
  providers: { local: upstreamProvider(settings) },
});
const events: { name: string; reason: string; at: number }[] = [];
const outcomes: Record<string, number> = {};
integrations.on('circuitOpened', ({ reason }) => events.push({ name: 'opened', reason, at: Date.now() }));
integrations.on('circuitClosed', ({ reason }) => events.push({ name: 'closed', reason, at: Date.now() }));
process.on('message', () => process.send?.({ events, outcomes } satisfies WorkerReport));
process.once('disconnect', () => process.exit());

const integration = await integrations.findOrFail(settings.integrationId);
for (let caller = 0; caller < callers; caller += 1) void call();
process.send?.('ready');

async function call(): Promise<never> {
  for (;;) {
    const outcome = await integration
      .at('/')
      .post()
      .then(
        () => 'ok',
        (error: unknown) => (isIntegrationError(error) ? error.code : String(error)),
      );
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    await sleep(20);
  }
}

function upstreamProvider({ name, origin }: WorkerSettings) {
  return defineProvider({
    name: 'Upstream',
    credentialSchema: { type: 'object' },
    metadataSchema: { type: 'object' },
    http: {
      baseUrl: origin,
      authorize: (request) => ({ ...request, headers: { ...request.headers, 'x-worker': name } }),
    },
  });
}
