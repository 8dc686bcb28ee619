import { expect, it, vi } from 'vitest';
import { useDatabase } from '../support/database.js';
import { gate, useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const world = useJobs(database);

const tick = (everySeconds: number, run: () => Promise<void> = () => Promise.resolve(), isDueAtOnce = true) => [
  { name: 'tick', concurrency: 1, everySeconds, isDueAtOnce, run },
];

it('runs again and again', async () => {
  const run = vi.fn(() => Promise.resolve());
  const { jobs } = world.open({ definitions: tick(0.1, run) });
  await jobs.start();
  await waitFor(() => expect(run.mock.calls.length).toBeGreaterThan(2));
});

it('runs for the first time after an interval, unless it is due at once', async () => {
  const { jobs, documents } = world.open({ definitions: tick(60, undefined, false), settings: { enabled: false } });
  await jobs.start();
  const [document] = await documents('tick');
  expect(Number(document?.nextRunAt)).toBeGreaterThan(Date.now() + 30_000);
});

it('goes on after a failure', async () => {
  const run = vi.fn(() => Promise.reject(new Error('No.')));
  const { jobs } = world.open({ definitions: tick(0.1, run) });
  await jobs.start();
  await waitFor(() => expect(run.mock.calls.length).toBeGreaterThan(2));
});

it('has one document, however many begin at once', async () => {
  const first = world.open({ definitions: tick(60) });
  const others = Array.from({ length: 7 }, () => world.open({ prefix: first.prefix, definitions: tick(60) }));
  await Promise.all([first, ...others].map(({ jobs }) => jobs.start()));
  await expect(first.documents('tick')).resolves.toHaveLength(1);
});

it('leaves the lock of one that runs, and its next time', async () => {
  const { open, opened } = gate();
  const run = vi.fn(() => opened);
  const { jobs, prefix, documents } = world.open({ definitions: tick(60, run) });
  await jobs.start();
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  const [before] = await documents('tick');
  const other = world.open({ prefix, definitions: tick(60, run), settings: { lockSeconds: 60 } });
  await other.jobs.start();
  const [after] = await documents('tick');
  expect(after).toMatchObject({ lastModifiedBy: before?.lastModifiedBy, nextRunAt: before?.nextRunAt });
  expect(after?.lockedAt).not.toBeNull();
  expect(run).toHaveBeenCalledOnce();
  open();
});

it('leaves paused what an operator has paused', async () => {
  const run = vi.fn(() => Promise.resolve());
  const { jobs, documents } = world.open({ definitions: tick(60, run), settings: { enabled: false } });
  await jobs.start();
  await jobs.agenda.disable({ name: 'tick' });
  await jobs.start();
  await expect(jobs.runDue()).resolves.toEqual({ jobs: 0, failed: 0, isDone: true });
  await expect(documents('tick')).resolves.toMatchObject([{ disabled: true }]);
});

it('takes up another interval', async () => {
  const { jobs, prefix, documents } = world.open({ definitions: tick(3_600, undefined, false) });
  await jobs.start();
  await world.open({ prefix, definitions: tick(60, undefined, false) }).jobs.start();
  const [document] = await documents('tick');
  expect(document?.repeatInterval).toBe(60_000);
  expect(Number(document?.nextRunAt)).toBeLessThan(Date.now() + 61_000);
});

it('revives one that has no next time any more', async () => {
  const run = vi.fn(() => Promise.resolve());
  const { jobs, collection } = world.open({ definitions: tick(60, run, false), settings: { enabled: false } });
  await jobs.start();
  await collection.updateOne({ name: 'tick' }, { $set: { nextRunAt: null } });
  await expect(jobs.runDue()).resolves.toMatchObject({ jobs: 1 });
});
