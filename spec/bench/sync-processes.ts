import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './measure.js';
import { startScript } from './start-script.js';
import { openSyncInstance, type SyncInstance } from './sync-instance.js';

const rounds = 3;
const listenerMs = 10;
/** One batch at a time, ten items of it at once: a process handles a thousand in a second at best. */
const sync = { slots: 1, concurrency: 10 };

/** Items per second of one process, and of four, where the listener of an item takes 10 ms. */
export async function measureProcesses(uri: string, items: number): Promise<readonly [one: number, four: number]> {
  const seconds = { one: [] as number[], four: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    seconds.one.push(await secondsOf(uri, 1, items / 2));
    seconds.four.push(await secondsOf(uri, 4, items * 2));
  }
  return [items / 2 / median(seconds.one), (items * 2) / median(seconds.four)];
}

/** From the request for a run to its end. */
async function secondsOf(uri: string, processes: number, items: number): Promise<number> {
  const settings = { uri, listenerMs, sync };
  const workers = await Promise.all(Array.from({ length: processes }, () => startScript('sync-worker.ts', settings)));
  const asking = await openSyncInstance({ uri, jobs: { enabled: false } });
  const integration = await asking.create(items);
  const started = performance.now();
  const { runId } = await asking.integrations.syncNow(integration);
  await untilSettled(asking, runId);
  const seconds = (performance.now() - started) / 1_000;
  await asking.integrations.models.IntegrationSyncItem.collection.deleteMany({});
  await asking.close();
  for (const worker of workers) await worker.end();
  return seconds;
}

async function untilSettled({ integrations }: SyncInstance, runId: string): Promise<void> {
  const { IntegrationSyncRun } = integrations.models;
  while ((await IntegrationSyncRun.findById(runId, { phase: 1 }).lean())?.phase !== 'settled') await sleep(20);
}
