import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { createIntegrations } from '../../lib/index.js';
import { rateProvider, type RateProviderSettings } from './rate-provider.js';
import type { RateServerReport, RateServerSettings } from './rate-server.js';
import type { RateWorkerFailures, RateWorkerSettings } from './rate-worker.js';
import type { WorkerProcess } from './worker-process.js';

/** Processes of 16 callers each, at full speed, 60 % of their calls interactive, with up to 50 ms on the network. */
export interface RateScenario extends Omit<RateProviderSettings, 'origin'> {
  /** How many windows are watched. */
  readonly windows: number;
  readonly seed: number;
  /** What happens on the way. */
  readonly disturb?: (requestsCounted: (count: number) => Promise<void>) => Promise<void>;
}

export interface RateScenarioParts {
  readonly connection: Connection;
  readonly uri: string;
  /** `rate-worker.ts`, each; asked again when it is over, because some may be gone then. */
  readonly workers: () => readonly WorkerProcess[];
  /** Starts `rate-server.ts`. */
  readonly startServer: (settings: RateServerSettings) => Promise<WorkerProcess>;
}

/** What the server saw. It is the only one that counts: what the package believes of itself does not matter. */
export interface RateOutcome {
  /** When it counted each request: milliseconds since the epoch. */
  readonly counted: readonly number[];
  /** How many were over its limit. */
  readonly refused: number;
  readonly failures: readonly RateWorkerFailures[];
  /** By how long it took until more was let through than so many windows allow: 1 is all that is allowed. */
  readonly used: number;
}

const pollMs = 5;

export async function runRateScenario(parts: RateScenarioParts, scenario: RateScenario): Promise<RateOutcome> {
  const { windows, seed, disturb, ...limit } = scenario;
  const server = await parts.startServer({ ...limit, delayMs: 50, seed, isAligned: limit.kind === 'aligned' });
  const { origin } = (await server.ask({})) as { origin: string };
  const report = async () => (await server.ask({ report: true })) as RateServerReport;
  const deadline = performance.now() + windows * limit.windowMs * 3 + 10_000;
  const requestsCounted = async (count: number): Promise<void> => {
    while ((await report()).counted.length <= count) {
      if (performance.now() > deadline) throw new Error(`The server has not counted ${String(count)} requests.`);
      await sleep(pollMs);
    }
  };

  await begin(parts, { ...limit, origin }, seed);
  await disturb?.(requestsCounted);
  const allowed = limit.limit * windows;
  await requestsCounted(allowed);
  const failures = await Promise.all(parts.workers().map((worker) => worker.ask({})));
  const { counted, refused } = await report();
  await server.end();
  const took = (counted[allowed] ?? Infinity) - (counted[0] ?? 0);
  return { counted, refused, failures: failures as RateWorkerFailures[], used: (windows * limit.windowMs) / took };
}

async function begin(parts: RateScenarioParts, provider: RateProviderSettings, seed: number): Promise<void> {
  const integrationId = await newIntegration(parts.connection, provider);
  const own = { uri: parts.uri, integrationId, callers: 16, interactiveShare: 0.6, timeoutMs: 5_000 };
  await Promise.all(
    parts.workers().map((worker, index) => {
      const settings: RateWorkerSettings = { ...provider, ...own, seed: seed + index };
      return worker.ask({ begin: settings });
    }),
  );
}

async function newIntegration(connection: Connection, provider: RateProviderSettings): Promise<string> {
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
    logger: false,
    providers: { limited: rateProvider(provider) },
  });
  await integrations.start();
  const { id } = await integrations.create({ provider: 'limited', name: provider.origin, credentials: {} });
  await integrations.close();
  return id;
}
