import { beforeAll, describe, expect, it } from 'vitest';
import { cacheWorkerKeys, type CacheWorkerReport, type CacheWorkerSettings } from '../../support/cache-worker.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { useProcesses } from '../../support/processes.js';
import type { WorkerProcess } from '../../support/worker-process.js';
import { json, moment, requestsOf, status, storedOf } from './cache-world.js';

const prefix = 'fleet';
const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream, { prefix, encryptionKeys: cacheWorkerKeys });
const workers = useProcesses('cache-worker.ts');

function startFleet(sharedFetch: boolean): Promise<WorkerProcess[]> {
  const { origin } = upstream;
  const settings = { uri: database.uri, origin, integrationId: local.integration.id, prefix, sharedFetch };
  return Promise.all([1, 2, 3, 4].map(() => workers.start(settings satisfies CacheWorkerSettings)));
}

/** What the calls of all processes came to. */
async function askAll(fleet: readonly WorkerProcess[], endpoint: string, calls: number): Promise<CacheWorkerReport> {
  const reports = await Promise.all(
    fleet.map((worker) => worker.ask({ endpoint, calls }) as Promise<CacheWorkerReport>),
  );
  const total: Record<string, number> = {};
  for (const [key, count] of reports.flatMap((report) => Object.entries(report))) {
    total[key] = (total[key] ?? 0) + count;
  }
  return total;
}

/** Long enough that all processes ask meanwhile. */
function answeredWhenAllWait(answer: Parameters<typeof upstream.answer>[0]) {
  upstream.answer((request, response) => void setTimeout(() => answer(request, response), 1_000));
}

describe('1,000 callers in four processes that want the same response', () => {
  let fleet: WorkerProcess[] = [];
  beforeAll(async () => {
    fleet = await startFleet(true);
  }, 60_000);

  it('make one call', async () => {
    answeredWhenAllWait(json({ id: 7 }));
    await expect(askAll(fleet, '/cold', 250)).resolves.toEqual({ '{"id":7}': 1_000 });
    expect(upstream.received).toHaveLength(1);
  }, 30_000);

  it('are all counted on the request that was made', async () => {
    await expect.poll(() => requestsOf(local.integrations.models, '/cold')).toMatchObject([{ cacheHits: 999 }]);
  });

  it('make no call once it is remembered', async () => {
    await expect(askAll(fleet, '/cold', 25)).resolves.toEqual({ '{"id":7}': 100 });
    expect(upstream.received).toEqual([]);
  }, 30_000);

  it('make a few calls, not a thousand, where the other API fails', async () => {
    answeredWhenAllWait(status(422));
    const report = await askAll(fleet, '/failing', 250);
    expect(Object.values(report)).toEqual([1_000]);
    // Each process learns it by itself, because errors are not stored.
    expect(upstream.received.length).toBeLessThanOrEqual(4);
  }, 30_000);
});

describe('1,000 callers in four processes that do not wait for each other', () => {
  it('make at most a call for each process', async () => {
    const fleet = await startFleet(false);
    answeredWhenAllWait(json({ id: 7 }));
    await expect(askAll(fleet, '/cold-apart', 250)).resolves.toEqual({ '{"id":7}': 1_000 });
    expect(upstream.received.length).toBeLessThanOrEqual(4);
    await expect(storedOf(local.integrations.models, '/cold-apart')).resolves.toMatchObject([{ fetchUntil: null }]);
  }, 60_000);
});

describe('a process that is killed while it fetches', () => {
  it('holds the others up for the lease alone', async () => {
    const [killed, ...others] = await startFleet(true);
    const came = moment();
    upstream.answer(() => came.resolve());
    killed!.ask({ endpoint: '/killed', calls: 1 }).catch(() => undefined);
    await came.promise;
    const rest = askAll(others, '/killed', 10);
    const asked = performance.now();
    killed!.kill('SIGKILL');
    upstream.answer(json('answered'));
    await expect(rest).resolves.toEqual({ '"answered"': 30 });
    expect(upstream.received).toHaveLength(2);
    // Five seconds, and what a busy machine adds.
    expect(performance.now() - asked).toBeLessThan(9_000);
  }, 60_000);
});

describe('a fetch that takes longer than the lease', () => {
  it('stays the only one, because its process shows that it lives', async () => {
    const [one, other] = await startFleet(true);
    upstream.answer((request, response) => void setTimeout(() => json('slow')(request, response), 6_500));
    await expect(askAll([one!, other!], '/slow', 5)).resolves.toEqual({ '"slow"': 10 });
    expect(upstream.received).toHaveLength(1);
  }, 60_000);
});
