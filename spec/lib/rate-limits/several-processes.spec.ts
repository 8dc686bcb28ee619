import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIntegrations, type IntegrationDocument, type Integrations } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useProcesses } from '../../support/processes.js';
import type { WorkerProcess } from '../../support/worker-process.js';
import { rateProvider, type RateProviderSettings } from '../../support/rate-provider.js';
import type { RateServerReport, RateServerSettings } from '../../support/rate-server.js';
import type { RateWorkerSettings } from '../../support/rate-worker.js';

const database = useDatabase();
const servers = useProcesses('rate-server.ts');
const processes = useProcesses('rate-worker.ts');
const limit = { limit: 200, windowMs: 1_000, kind: 'fixed' } as const;
let server: WorkerProcess;
let workers: WorkerProcess[];
let provider: RateProviderSettings;
let integrations: Integrations;
let integration: IntegrationDocument;

beforeAll(async () => {
  const settings: RateServerSettings = { ...limit, delayMs: 20, seed: 1, isAligned: false };
  server = await servers.start(settings);
  workers = await Promise.all([processes.start({}), processes.start({})]);
  const { origin } = (await server.ask({})) as { origin: string };
  provider = { ...limit, origin };
  integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
    logger: false,
    providers: { limited: rateProvider(provider) },
  });
  await integrations.start();
  integration = await integrations.create({ provider: 'limited', name: 'Limited', credentials: {} });
}, 60_000);
afterAll(() => integrations.close());

const report = async () => (await server.ask({ report: true })) as RateServerReport;
const now = (): number => performance.timeOrigin + performance.now();

async function begin(worker: WorkerProcess, interactiveShare: number): Promise<void> {
  const begin: RateWorkerSettings = {
    ...provider,
    uri: database.uri,
    integrationId: integration.id,
    callers: 16,
    interactiveShare,
    timeoutMs: 5_000,
    seed: 1,
  };
  await worker.ask({ begin });
}

/** Counted by the server between two instants. */
async function counted(path: string, from: number, to = Infinity): Promise<number> {
  const { byPath } = await report();
  return (byPath[path] ?? []).filter((instant) => instant >= from && instant < to).length;
}

it(
  'lets the interactive calls of one process go before the background calls of another',
  { timeout: 45_000 },
  async () => {
    await begin(workers[1]!, 0);
    await begin(workers[0]!, 1);
    // Of two seconds, because a busy machine may hold up either process for a while.
    const shares = async () => {
      const from = now() - 2_000;
      return { interactive: await counted('/interactive', from), background: await counted('/background', from) };
    };
    await expect
      .poll(shares, { timeout: 30_000, interval: 200 })
      .toSatisfy(({ interactive, background }) => interactive > 200 && interactive > 2 * background);
    await Promise.all(workers.map((worker) => worker.ask({})));
  },
);

it('holds all processes back, within a second, where an answer to one of them asks for it', async () => {
  await Promise.all(workers.map((worker) => begin(worker, 1)));
  await expect.poll(() => counted('/interactive', now() - 200), { timeout: 10_000 }).toBeGreaterThan(0);
  await integration.at('/told').get((context) => {
    context.reportResponseMetadata({ retryAfterSeconds: 3 });
  });
  const told = now();
  await expect.poll(() => counted('/interactive', told + 2_900), { timeout: 15_000 }).toBeGreaterThan(0);
  await Promise.all(workers.map((worker) => worker.ask({})));
  await expect(counted('/interactive', told + 1_500, told + 2_500)).resolves.toBe(0);
});
