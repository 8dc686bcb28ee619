import { describe, expect, it } from 'vitest';
import { syncJobs } from '../../../../lib/sync/job-names.js';
import type { ScheduleReport, ScheduleWorkerSettings } from '../../../support/schedule-worker.js';
import { useProcesses } from '../../../support/processes.js';
import type { WorkerProcess } from '../../../support/worker-process.js';
import { useSyncWorld } from '../sync-world.js';

const world = useSyncWorld();
const workers = useProcesses('schedule-worker.ts');
const slack = { timeout: 20_000, interval: 50 };

function start(settings: Omit<ScheduleWorkerSettings, 'uri'> = {}): Promise<WorkerProcess> {
  return workers.start({ uri: world.database.uri, ...settings });
}

const runs = () => world.get().models.IntegrationSyncRun.find().lean();
const runsMade = async () => (await runs()).length;
const due = () =>
  world.get().models.Integration.countDocuments({ $or: [{ nextSyncAt: null }, { nextSyncAt: { $lte: new Date() } }] });
const enqueued = async (worker: WorkerProcess) => ((await worker.ask({})) as ScheduleReport).jobs;

describe('several processes that tick all the time', () => {
  it('begin one run each time an integration is due, and never two beside each other', async () => {
    const count = 40;
    for (let made = 0; made < count; made += 1) await world.integration();
    const fleet = await Promise.all([start(), start(), start()]);
    await expect.poll(due, slack).toBe(0);
    expect(await runsMade()).toBe(count);

    for (const run of await runs()) await world.settle(run);
    await world.get().models.Integration.updateMany({}, { nextSyncAt: new Date() });
    await expect.poll(due, slack).toBe(0);
    expect(await runsMade()).toBe(2 * count);

    const driven = new Set<string | undefined>();
    const drivenRuns = async () => {
      for (const { runId } of (await Promise.all(fleet.map(enqueued))).flat()) driven.add(runId);
      return driven.size;
    };
    await expect.poll(drivenRuns, slack).toBe(2 * count);
    await Promise.all(fleet.map((worker) => worker.end()));
  }, 60_000);

  it.each(['begun', 'moved'] as const)(
    'have a run driven whose process was killed when it had %s',
    async (diesWhen) => {
      const integration = await world.integration();
      // It dies before it can say that it is ready, or after that.
      await start({ diesWhen }).catch(() => undefined);
      await expect.poll(runsMade, slack).toBe(1);
      const [run] = await runs();
      const survivor = await start();
      const job = { name: syncJobs.run, runId: run?._id.toHexString() };
      await expect.poll(() => enqueued(survivor), slack).toContainEqual(job);
      await expect.poll(due, slack).toBe(0);
      expect((await world.stored(integration)).nextSyncAt?.getTime()).toBeGreaterThan(Date.now());
      expect(await runsMade()).toBe(1);
      await survivor.end();
    },
    60_000,
  );
});
