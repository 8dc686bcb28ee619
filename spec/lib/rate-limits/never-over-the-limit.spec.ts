import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useProcesses } from '../../support/processes.js';
import {
  mostFromFirstRequest,
  mostInAnyWindow,
  mostInFixedWindow,
  mostInWorstPhase,
} from '../../support/rate-counts.js';
import { runRateScenario, type RateOutcome, type RateScenario } from '../../support/rate-scenario.js';
import type { WorkerProcess } from '../../support/worker-process.js';

const database = useDatabase();
const servers = useProcesses('rate-server.ts');
const processes = useProcesses('rate-worker.ts');
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  workers = await Promise.all([1, 2, 3, 4].map(() => processes.start({})));
}, 60_000);

const run = (scenario: RateScenario): Promise<RateOutcome> =>
  runRateScenario(
    {
      connection: database.connection,
      uri: database.uri,
      workers: () => workers,
      startServer: (settings) => servers.start(settings),
    },
    scenario,
  );

// How much of the limit is used depends on how busy the machine is: `npm run bench:rate-limits` measures it. Here the bounds
// only tell a client that keeps to its limit from one that gives up on it.
describe('four processes at full speed', () => {
  it.each([
    { limit: 500, windowMs: 2_000, windows: 3, kind: 'fixed', seed: 100, leastUsed: 0.7 },
    { limit: 2_000, windowMs: 10_000, windows: 3, kind: 'sliding', seed: 200, leastUsed: 0.85 },
  ] as const)(
    'never send more than $limit in $windowMs ms, whatever the phase of the server, and use what they may',
    { timeout: 90_000 },
    async ({ leastUsed, ...scenario }) => {
      const { counted, refused, failures, used } = await run(scenario);
      const { limit, windowMs } = scenario;
      expect(refused).toBe(0);
      expect(mostInAnyWindow(counted, windowMs)).toBeLessThanOrEqual(limit);
      expect(mostInWorstPhase(counted, windowMs)).toBeLessThanOrEqual(limit);
      expect(mostFromFirstRequest(counted, windowMs)).toBeLessThanOrEqual(limit);
      expect(failures).toEqual([{}, {}, {}, {}]);
      expect(used).toBeGreaterThanOrEqual(leastUsed);
    },
  );

  it('use each of a server’s declared windows as a whole, and never more', { timeout: 60_000 }, async () => {
    const scenario = { limit: 500, windowMs: 2_000, windows: 3, kind: 'aligned', seed: 300 } as const;
    const { counted, refused, failures, used } = await run(scenario);
    expect(refused).toBe(0);
    expect(mostInFixedWindow(counted, 2_000, 0)).toBe(500);
    expect(failures).toEqual([{}, {}, {}, {}]);
    expect(used).toBeGreaterThanOrEqual(0.7);
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
