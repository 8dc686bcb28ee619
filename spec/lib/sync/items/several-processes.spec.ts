import { beforeAll, expect, it } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import type { ItemsWorkerSettings, WorkerPayload } from '../../../support/items-worker.js';
import { useProcesses } from '../../../support/processes.js';
import type { WorkerProcess } from '../../../support/worker-process.js';
import type { BatchOwner } from '../../../../lib/sync/items/batch.js';
import { itemsOf, newRun, openItemsWorld, until, type ItemsWorld } from './items-world.js';

const database = useDatabase();
const workers = useProcesses('items-worker.ts');
let world: ItemsWorld;
let settings: ItemsWorkerSettings;

beforeAll(async () => {
  world = await openItemsWorld(database.uri, { settings: { batchSize: 20 } });
  settings = { uri: database.uri, integrationId: world.integration.id };
  return () => world.close();
});

function fleetOf(size: number): Promise<WorkerProcess[]> {
  return Promise.all(Array.from({ length: size }, () => workers.start(settings)));
}

async function listed(payloads: readonly WorkerPayload[]): Promise<BatchOwner> {
  const run = newRun(world);
  const writer = world.writer(run);
  for (const [externalId, payload] of payloads.entries())
    await writer.add({ name: 'spec.work', payload }, { externalId });
  await writer.flush();
  return run;
}

const drain = (worker: WorkerProcess | undefined, run: BatchOwner) => worker!.ask({ runId: run._id.toHexString() });
const executions = (run: BatchOwner, filter: object = {}) =>
  world.connection.collection('executions').countDocuments({ runId: run._id, ...filter });
const statuses = async (run: BatchOwner) => (await itemsOf(world, run)).map(({ status }) => status);

it('a process that is killed loses nothing: another one handles the rest, and repeats only what was not written', async () => {
  const [doomed, heir] = await fleetOf(2);
  const run = await listed(Array.from({ length: 40 }, () => ({ wait: 50 })));
  const killed = drain(doomed, run).catch(() => 'killed');
  await until(async () => (await executions(run)) >= 12);
  doomed!.kill('SIGKILL');
  await expect(killed).resolves.toBe('killed');
  await drain(heir, run);
  expect(await statuses(run)).toEqual(Array.from({ length: 40 }, () => 'success'));
  expect(await executions(run)).toBeLessThanOrEqual(80);
}, 60_000);

it('two processes that share a run handle each item once', async () => {
  const fleet = await fleetOf(2);
  const run = await listed(Array.from({ length: 200 }, () => ({ wait: 2 })));
  await Promise.all(fleet.map((worker) => drain(worker, run)));
  expect(await statuses(run)).toEqual(Array.from({ length: 200 }, () => 'success'));
  expect(await executions(run)).toBe(200);
}, 60_000);

it('a process that stood still for longer than its lease undoes no success of another one', async () => {
  const [stalled, heir] = await fleetOf(2);
  const run = await listed([{ gate: true }]);
  const late = drain(stalled, run);
  await until(async () => (await executions(run)) === 1);
  stalled!.kill('SIGSTOP');
  await drain(heir, run);
  expect(await itemsOf(world, run)).toMatchObject([{ status: 'success', attempts: 1 }]);
  await world.connection.collection('gates').insertOne({ runId: run._id });
  stalled!.kill('SIGCONT');
  await late;
  expect(await itemsOf(world, run)).toMatchObject([{ status: 'success', attempts: 1, error: null }]);
}, 60_000);

it('an item that kills its process is found, and the others are handled', async () => {
  const fleet = await fleetOf(5);
  const run = await listed(Array.from({ length: 12 }, (_, index) => ({ poison: index === 4 })));
  let deaths = 0;
  for (const worker of fleet) {
    const end = await drain(worker, run).catch(() => 'died');
    if (end !== 'died') break;
    deaths += 1;
  }
  expect(deaths).toBe(4);
  const items = await itemsOf(world, run);
  expect(items.map(({ status }) => status)).toEqual(
    Array.from({ length: 12 }, (_, index) => (index === 4 ? 'failed' : 'success')),
  );
  expect(items[4]).toMatchObject({ crashes: 3, attempts: 0, error: { code: 'SYNC_PROCESS_CRASH' } });
}, 90_000);
