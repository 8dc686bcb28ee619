import { expect, it, vi } from 'vitest';
import { useDatabase } from '../support/database.js';
import { gate, useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const world = useJobs(database);

/** A handler that counts how many of it run side by side, until it is let go. */
function counting() {
  const { open, opened } = gate();
  let now = 0;
  const counts = { most: 0, ended: 0 };
  const run = async () => {
    now += 1;
    counts.most = Math.max(counts.most, now);
    await opened;
    now -= 1;
    counts.ended += 1;
  };
  return { run, open, counts };
}

it('runs as many jobs of a name at once as it may, and locks no more', async () => {
  const { run, open, counts } = counting();
  const { jobs, collection } = world.open({ definitions: [{ name: 'mail', concurrency: 3, run }] });
  for (let index = 0; index < 10; index += 1) await jobs.enqueue('mail', { index: String(index) });
  await jobs.start();
  await waitFor(() => expect(counts.most).toBe(3));
  await expect(collection.countDocuments({ name: 'mail', lockedAt: { $ne: null } })).resolves.toBe(3);
  open();
  await waitFor(() => expect(counts.ended).toBe(10));
  expect(counts.most).toBe(3);
});

it('goes on at once when a job has ended, however long the next poll is away', async () => {
  const { run, open, counts } = counting();
  open();
  const definitions = [{ name: 'mail', concurrency: 1, run }];
  const { jobs } = world.open({ definitions, settings: { processEverySeconds: 3_600 } });
  for (let index = 0; index < 30; index += 1) await jobs.enqueue('mail', { index: String(index) });
  await jobs.start();
  await waitFor(() => expect(counts.ended).toBe(30), { timeout: 10_000 });
});

it('hears at once of what its own process enqueues', async () => {
  const { run, open, counts } = counting();
  open();
  const definitions = [{ name: 'mail', concurrency: 1, run }];
  const { jobs } = world.open({ definitions, settings: { processEverySeconds: 3_600 } });
  await jobs.start();
  await jobs.enqueue('mail', {});
  await waitFor(() => expect(counts.ended).toBe(1));
});

it('finds by polling what others enqueue', async () => {
  const { run, open, counts } = counting();
  open();
  const definitions = [{ name: 'mail', concurrency: 1, run }];
  const { jobs, prefix } = world.open({ definitions });
  await jobs.start();
  const other = world.open({ prefix, definitions, settings: { enabled: false } });
  await other.jobs.enqueue('mail', {});
  await waitFor(() => expect(counts.ended).toBe(1));
});

it('only enqueues where it is not enabled, and has the recurring jobs made all the same', async () => {
  const run = vi.fn(() => Promise.resolve());
  const definitions = [{ name: 'tick', concurrency: 1, everySeconds: 60, isDueAtOnce: true, run }];
  const { jobs, documents } = world.open({ definitions, settings: { enabled: false } });
  await jobs.start();
  await expect(documents('tick')).resolves.toMatchObject([{ lockedAt: null }]);
  expect(jobs.agenda.isActiveJobProcessor()).toBe(false);
  expect(run).not.toHaveBeenCalled();
});

it('runs what the application defines on the same Agenda, and tells its events', async () => {
  const succeeded = vi.fn();
  const { jobs } = world.open();
  jobs.agenda.define('theirs', () => Promise.resolve());
  jobs.agenda.on('success:theirs', succeeded);
  await jobs.start();
  await jobs.agenda.now('theirs', { any: ['data'] });
  await waitFor(() => expect(succeeded).toHaveBeenCalledOnce());
});

it('can be started, drained and asked by the methods of Agenda', async () => {
  const { run, open, counts } = counting();
  const { jobs } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
  await jobs.agenda.start();
  await jobs.enqueue('mail', {});
  await waitFor(async () => expect(await jobs.agenda.getRunningStats()).toMatchObject({ runningJobs: 1 }));
  const drained = jobs.agenda.drain();
  open();
  await expect(drained).resolves.toEqual({ completed: 1, running: 0, timedOut: false, aborted: false });
  expect(counts.ended).toBe(1);
  expect(jobs.agenda.isActiveJobProcessor()).toBe(false);
});
