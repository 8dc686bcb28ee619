import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useProcesses, type WorkerProcess } from '../../support/processes.js';
import {
  mostFromFirstRequest,
  mostInAnyWindow,
  mostInFixedWindow,
  mostInWorstPhase,
} from '../../support/rate-counts.js';
import { rateProvider, type RateProviderSettings } from '../../support/rate-provider.js';
import type { RateServerReport, RateServerSettings } from '../../support/rate-server.js';
import type { RateWorkerSettings } from '../../support/rate-worker.js';

// The server is the only one that counts: what the package believes of itself does not matter here.

interface Scenario extends Omit<RateProviderSettings, 'origin'> {
  /** How many windows are watched. */
  readonly windows: number;
  readonly seed: number;
  /** What happens on the way. */
  readonly disturb?: (requestsCounted: (count: number) => Promise<void>) => Promise<void>;
}

const database = useDatabase();
const servers = useProcesses('rate-server.ts');
const processes = useProcesses('rate-worker.ts');
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  workers = await Promise.all([1, 2, 3, 4].map(() => processes.start({})));
}, 60_000);

/** Four processes of 16 callers each, at full speed, with up to 50 ms on the network. */
async function run({ windows, seed, disturb, ...limit }: Scenario) {
  const settings: RateServerSettings = { ...limit, delayMs: 50, seed, isAligned: limit.kind === 'aligned' };
  const server = await servers.start(settings);
  const { origin } = (await server.ask({})) as { origin: string };
  const report = async () => (await server.ask({ report: true })) as RateServerReport;
  const requestsCounted = async (count: number): Promise<void> => {
    const timeout = windows * limit.windowMs * 2;
    await expect.poll(async () => (await report()).counted.length, { timeout, interval: 5 }).toBeGreaterThan(count);
  };

  await begin({ ...limit, origin }, seed);
  await disturb?.(requestsCounted);
  const allowed = limit.limit * windows;
  await requestsCounted(allowed);
  const failures = await Promise.all(workers.map((worker) => worker.ask({})));
  const { counted, refused } = await report();
  await server.end();
  // By how long it took until more was let through than so many windows allow.
  const used = (windows * limit.windowMs) / (counted[allowed]! - counted[0]!);
  return { counted, refused, failures, used };
}

async function begin(provider: RateProviderSettings, seed: number): Promise<void> {
  const integrationId = await newIntegration(provider);
  const common = {
    ...provider,
    uri: database.uri,
    integrationId,
    callers: 16,
    interactiveShare: 0.6,
    timeoutMs: 5_000,
  };
  await Promise.all(
    workers.map((worker, index) => {
      const settings: RateWorkerSettings = { ...common, seed: seed + index };
      return worker.ask({ begin: settings });
    }),
  );
}

async function newIntegration(provider: RateProviderSettings): Promise<string> {
  const integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
    logger: false,
    providers: { limited: rateProvider(provider) },
  });
  await integrations.start();
  const { id } = await integrations.create({ provider: 'limited', name: provider.origin, credentials: {} });
  await integrations.close();
  return id;
}

describe('four processes at full speed', () => {
  it.each([
    { limit: 500, windowMs: 2_000, windows: 3, kind: 'fixed', seed: 100, share: 0.9 },
    { limit: 2_000, windowMs: 10_000, windows: 3, kind: 'sliding', seed: 200, share: 0.97 },
  ] as const)(
    'never send more than $limit in $windowMs ms, whatever the phase of the server, and use what they may',
    { timeout: 90_000 },
    async ({ share, ...scenario }) => {
      const { counted, refused, failures, used } = await run(scenario);
      const { limit, windowMs } = scenario;
      expect(refused).toBe(0);
      expect(mostInAnyWindow(counted, windowMs)).toBeLessThanOrEqual(limit);
      expect(mostInWorstPhase(counted, windowMs)).toBeLessThanOrEqual(limit);
      expect(mostFromFirstRequest(counted, windowMs)).toBeLessThanOrEqual(limit);
      expect(failures).toEqual([{}, {}, {}, {}]);
      expect(used).toBeGreaterThanOrEqual(share);
    },
  );

  it('use each of a server’s declared windows as a whole, and never more', { timeout: 60_000 }, async () => {
    const scenario = { limit: 500, windowMs: 2_000, windows: 3, kind: 'aligned', seed: 300 } as const;
    const { counted, refused, failures, used } = await run(scenario);
    expect(refused).toBe(0);
    expect(mostInFixedWindow(counted, 2_000, 0)).toBe(500);
    expect(failures).toEqual([{}, {}, {}, {}]);
    expect(used).toBeGreaterThanOrEqual(0.9);
  });

  it(
    'never send more where one is killed and one is stalled in the middle of their calls',
    { timeout: 60_000 },
    async () => {
      const { counted, refused } = await run({
        limit: 500,
        windowMs: 2_000,
        windows: 5,
        kind: 'fixed',
        seed: 400,
        async disturb(requestsCounted) {
          const [killed, stalled, ...others] = workers;
          await requestsCounted(700);
          await killed!.end();
          await requestsCounted(1_200);
          stalled!.kill('SIGSTOP');
          // Longer than a token may lie, and than a window.
          await sleep(3_000);
          stalled!.kill('SIGCONT');
          workers = [stalled!, ...others];
        },
      });
      expect(refused).toBe(0);
      expect(mostInAnyWindow(counted, 2_000)).toBeLessThanOrEqual(500);
      expect(mostInWorstPhase(counted, 2_000)).toBeLessThanOrEqual(500);
      expect(mostFromFirstRequest(counted, 2_000)).toBeLessThanOrEqual(500);
    },
  );
});
