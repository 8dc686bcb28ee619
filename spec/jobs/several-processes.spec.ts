import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { useDatabase } from '../support/database.js';
import type { JobWorkerSettings } from '../support/job-worker.js';
import { useProcesses } from '../support/processes.js';
import { useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const world = useJobs(database);
const processes = useProcesses('job-worker.ts');

/** Processes with the same jobs, and somebody who only enqueues. */
async function fleet(count: number) {
  const queue = world.open({ settings: { enabled: false } });
  const settings: JobWorkerSettings = { uri: database.uri, prefix: queue.prefix, lockSeconds: 1 };
  const workers = await Promise.all(Array.from({ length: count }, () => processes.start(settings)));
  return { ...queue, workers };
}

const runsOf = (id: string) => database.connection.collection('ran').find({ id }).toArray();

it('has another process run the job of one that was killed', async () => {
  const { jobs, workers } = await fleet(2);
  const [one, other] = workers;
  await one!.ask({ start: true });
  await jobs.enqueue('work', { id: 'orphan', hold: 'yes' });
  await waitFor(async () => expect(await runsOf('orphan')).toHaveLength(1), { timeout: 10_000 });
  one!.kill('SIGKILL');
  await other!.ask({ start: true });
  await waitFor(async () => expect(await runsOf('orphan')).toHaveLength(2), { timeout: 10_000 });
  const pids = (await runsOf('orphan')).map(({ pid }) => Number(pid));
  expect(new Set(pids).size).toBe(2);
});

it('makes one document of a recurring job, however many processes begin at once', async () => {
  const { workers, documents } = await fleet(4);
  await Promise.all(workers.map((worker) => worker.ask({ start: true })));
  await expect(documents('tick')).resolves.toHaveLength(1);
});

it('runs each job once, with two processes in runDue() at the same time', async () => {
  const { jobs, workers, documents } = await fleet(2);
  const ids = Array.from({ length: 60 }, (_, index) => `due ${String(index)}`);
  for (const id of ids) await jobs.enqueue('work', { id });
  const results = await Promise.all(workers.map((worker) => worker.ask({ runDue: true })));
  const [one, other] = results as { jobs: number; isDone: boolean }[];
  expect(one!.jobs + other!.jobs).toBe(60);
  const ran = await database.connection.collection('ran').distinct('id', { id: /^due/ });
  expect(ran).toHaveLength(60);
  await expect(database.connection.collection('ran').countDocuments({ id: /^due/ })).resolves.toBe(60);
  await expect(documents('work')).resolves.toEqual([]);
});

it('leaves nothing that keeps a process alive which has run jobs', async () => {
  const script = fileURLToPath(new URL('../support/stopped-jobs.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, database.uri]);
  expect(Date.now() - Number(stdout)).toBeLessThan(2_000);
});
