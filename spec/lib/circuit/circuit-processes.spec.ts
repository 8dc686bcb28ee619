import { beforeAll, describe, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import type { NotedRequest, UpstreamReport } from '../../support/circuit-upstream.js';
import type { WorkerReport, WorkerSettings } from '../../support/circuit-worker.js';
import { useDatabase } from '../../support/database.js';
import { useProcesses } from '../../support/processes.js';
import type { WorkerProcess } from '../../support/worker-process.js';

const cooldownMs = 2_500;
const timeoutMs = 1_000;
/** The attempt's time, no wait for rate limits, and the margin. */
const leaseMs = timeoutMs + 5_000;
/** In which a change is seen by all: a second, and what a busy machine adds. */
const secondMs = 1_500;
const prefix = 'fleet';

describe('four processes and an API that dies and recovers', () => {
  const database = useDatabase();
  const upstreams = useProcesses('circuit-upstream.ts');
  const workers = useProcesses('circuit-worker.ts');
  const fleet = new Map<string, WorkerProcess>();
  let upstream: WorkerProcess;

  beforeAll(async () => {
    upstream = await upstreams.start({});
    const { origin } = await report();
    const integrationId = await createIntegration();
    const circuit = { windowSeconds: 2, cooldownSeconds: cooldownMs / 1_000 };
    const start = async (name: string) => {
      const settings: WorkerSettings = { name, uri: database.uri, origin, integrationId, prefix, circuit, timeoutMs };
      fleet.set(name, await workers.start(settings));
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(start));
  }, 60_000);

  async function createIntegration(): Promise<string> {
    const provider = {
      name: 'Upstream',
      credentialSchema: { type: 'object' },
      metadataSchema: { type: 'object' },
    } as const;
    const integrations = createIntegrations({
      connection: database.connection,
      prefix,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
      logger: false,
      providers: { local: provider },
    });
    await integrations.start();
    const { id } = await integrations.create({ provider: 'local', name: 'Shared', credentials: {} });
    await integrations.close();
    return id;
  }

  async function report(mode?: 'up' | 'down'): Promise<UpstreamReport> {
    return (await upstream.ask(mode === undefined ? {} : { mode })) as UpstreamReport;
  }

  async function requestsSince(instant: number): Promise<readonly NotedRequest[]> {
    return (await report()).requests.filter(({ begin }) => begin > instant);
  }

  /** What all processes that are alive have told of changes since then. */
  async function eventsSince(instant: number) {
    const reports = await Promise.all([...fleet.values()].map((worker) => worker.ask({}) as Promise<WorkerReport>));
    const events = reports.flatMap(({ events }) => events).filter(({ at }) => at >= instant);
    return events.toSorted((one, other) => one.at - other.at);
  }

  /** The first event of that kind since then. */
  async function eventAfter(instant: number, name: 'opened' | 'closed', timeout: number) {
    const find = async () => (await eventsSince(instant)).find((event) => event.name === name);
    await expect.poll(find, { timeout, interval: 20 }).toBeDefined();
    return (await find())!;
  }

  async function allAreCalling(): Promise<void> {
    const since = Date.now();
    const names = async () => new Set((await requestsSince(since)).map(({ worker }) => worker));
    await expect.poll(names, { timeout: 5_000 }).toEqual(new Set(fleet.keys()));
  }

  it('leave it alone but for one probe at a time, and come back when it does', async () => {
    await allAreCalling();
    const died = Date.now();
    await report('down');
    const opening = await eventAfter(died, 'opened', 5_000);
    expect(opening.reason).toBe('failureRate');
    const seenByAll = opening.at + secondMs;
    const probes = async () => (await requestsSince(seenByAll)).filter(({ end }) => end !== null);
    await expect.poll(async () => (await probes()).length, { timeout: 10_000, interval: 20 }).toBe(2);

    const recovered = Date.now();
    await report('up');
    const closing = await eventAfter(recovered, 'closed', cooldownMs + 3 * secondMs);
    await allAreCalling();

    expect(closing.reason).toBe('probeSucceeded');
    expect(closing.at - recovered).toBeLessThanOrEqual(cooldownMs + secondMs);
    const alone = (await requestsSince(seenByAll)).filter(({ begin, mode }) => mode === 'down' || begin < recovered);
    expect(alone).toHaveLength(2);
    expectOneAtATime(alone, cooldownMs);
    const reasons = (await eventsSince(died)).map(({ name, reason }) => `${name}: ${reason}`);
    expect(reasons).toEqual([
      'opened: failureRate',
      'opened: probeFailed',
      'opened: probeFailed',
      'closed: probeSucceeded',
    ]);
  }, 40_000);

  it('wait for the lease of a prober that was killed, and no longer', async () => {
    await allAreCalling();
    const died = Date.now();
    await report('down');
    const opening = await eventAfter(died, 'opened', 5_000);
    const seenByAll = opening.at + secondMs;
    const prober = async () => (await requestsSince(seenByAll)).find(({ end }) => end === null)?.worker;
    await expect.poll(prober, { timeout: 5_000, interval: 10 }).toBeDefined();
    const name = (await prober())!;
    const killed = Date.now();
    fleet.get(name)!.kill('SIGKILL');
    fleet.delete(name);
    await report('up');

    const closing = await eventAfter(killed, 'closed', leaseMs + cooldownMs + 3 * secondMs);
    await allAreCalling();

    expect(closing.reason).toBe('probeSucceeded');
    expect(closing.at - killed).toBeLessThanOrEqual(leaseMs + cooldownMs + secondMs);
    const [next] = await requestsSince(killed);
    // The lease began a little before the request came.
    expect(next!.begin - killed).toBeGreaterThan(leaseMs - 2 * secondMs);
    const probes = (await requestsSince(seenByAll)).filter(({ begin }) => begin <= next!.begin);
    expect(probes).toHaveLength(2);
    expectOneAtATime(probes, 0);
  }, 40_000);
});

/** Each came when the one before was over, and that long after it. */
function expectOneAtATime(requests: readonly NotedRequest[], pauseMs: number): void {
  for (const [index, request] of requests.entries()) {
    const before = requests[index - 1];
    if (before === undefined) continue;
    expect(before.end).not.toBeNull();
    expect(request.begin - before.end!).toBeGreaterThanOrEqual(pauseMs);
  }
}
