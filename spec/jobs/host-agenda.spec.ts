import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { afterEach, expect, it, vi } from 'vitest';
import type { JobContext } from '../../lib/types/job-queue.js';
import { useDatabase } from '../support/database.js';
import { gate, untilAborted, useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const world = useJobs(database);
const agendas: Agenda[] = [];
let count = 0;

/** As an application would make one, with a collection of its own choice. */
function hostAgenda(): { agenda: Agenda; collection: string } {
  const collection = `host_jobs_${String((count += 1))}`;
  const backend = new MongoBackend({ mongo: database.connection.db!, collection });
  const agenda = new Agenda({ backend, processEvery: 50, name: collection });
  agendas.push(agenda);
  return { agenda, collection };
}

afterEach(async () => {
  for (const agenda of agendas.splice(0)) await agenda.stop(false);
});

it('runs our jobs on it, in its collection, from its start on', async () => {
  const { agenda, collection } = hostAgenda();
  const run = vi.fn(() => Promise.resolve());
  const { jobs } = world.open({ agenda, definitions: [{ name: 'mail', concurrency: 1, run }] });
  expect(jobs.agenda).toBe(agenda);
  await jobs.start();
  await jobs.enqueue('mail', { to: 'a' });
  await expect(database.connection.collection(collection).countDocuments({ name: 'mail' })).resolves.toBe(1);
  expect(run).not.toHaveBeenCalled();
  await agenda.start();
  await waitFor(() => expect(run).toHaveBeenCalledExactlyOnceWith({ to: 'a' }, expect.anything()));
});

it('makes the recurring jobs once, and leaves the pause of an operator', async () => {
  const { agenda } = hostAgenda();
  const definitions = [{ name: 'tick', concurrency: 1, everySeconds: 60, run: () => Promise.resolve() }];
  await world.open({ agenda, definitions }).jobs.start();
  await agenda.disable({ name: 'tick' });
  await world.open({ agenda, definitions }).jobs.start();
  const { jobs } = await agenda.queryJobs({ name: 'tick' });
  expect(jobs).toMatchObject([{ disabled: true, repeatInterval: 60_000 }]);
});

it('takes up another interval, and revives what has no next time', async () => {
  const { agenda, collection } = hostAgenda();
  const tick = (everySeconds: number) => [{ name: 'tick', concurrency: 1, everySeconds, run: () => Promise.resolve() }];
  await world.open({ agenda, definitions: tick(3_600) }).jobs.start();
  await world.open({ agenda, definitions: tick(60) }).jobs.start();
  await database.connection.collection(collection).updateOne({ name: 'tick' }, { $set: { nextRunAt: null } });
  await world.open({ agenda, definitions: tick(60) }).jobs.start();
  const { jobs } = await agenda.queryJobs({ name: 'tick' });
  expect(jobs).toMatchObject([{ repeatInterval: 60_000, nextRunAt: expect.any(Date) }]);
});

it('stores none where one with the same data waits', async () => {
  const { agenda } = hostAgenda();
  const { jobs } = world.open({ agenda });
  await jobs.enqueue('mail', { to: 'a' }, { unlessWaiting: true });
  await jobs.enqueue('mail', { to: 'a' }, { unlessWaiting: true });
  await expect(agenda.queryJobs({ name: 'mail' })).resolves.toMatchObject({ total: 1 });
});

it('aborts our jobs when it stops, waits for them, and leaves the Agenda running', async () => {
  const { agenda } = hostAgenda();
  const theirs = vi.fn(() => Promise.resolve());
  let hasEnded = false;
  const run = vi.fn(async (_data: unknown, { signal }: JobContext) => {
    await untilAborted(signal);
    hasEnded = true;
  });
  agenda.define('theirs', theirs);
  const { jobs } = world.open({ agenda, definitions: [{ name: 'long', concurrency: 1, run }] });
  await jobs.start();
  await agenda.start();
  await jobs.enqueue('long', {});
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  await jobs.stop({ graceMs: 5_000 });
  expect(hasEnded).toBe(true);
  await agenda.now('theirs');
  await waitFor(() => expect(theirs).toHaveBeenCalled());
});

it('runs due jobs of ours, and leaves its own to it', async () => {
  const { agenda } = hostAgenda();
  const theirs = vi.fn(() => Promise.resolve());
  agenda.define('theirs', theirs);
  const run = vi.fn(() => Promise.resolve());
  const { jobs } = world.open({ agenda, definitions: [{ name: 'mail', concurrency: 1, run }] });
  await agenda.now('theirs');
  await jobs.enqueue('mail', {});
  await expect(jobs.runDue()).resolves.toEqual({ jobs: 1, failed: 0, isDone: true });
  expect(theirs).not.toHaveBeenCalled();
});

it('gives up a job that does not end in time', async () => {
  const { agenda } = hostAgenda();
  const { open, opened } = gate();
  const run = vi.fn(() => opened);
  const definitions = [{ name: 'stubborn', concurrency: 1, run }];
  const { jobs } = world.open({ agenda, definitions, settings: { lockSeconds: 3_600 } });
  await jobs.enqueue('stubborn', {});
  const due = jobs.runDue({ deadlineMs: 200 });
  await expect(due).resolves.toMatchObject({ isDone: false });
  const { jobs: stored } = await agenda.queryJobs({ name: 'stubborn' });
  expect(stored).toMatchObject([{ nextRunAt: expect.any(Date), lockedAt: undefined }]);
  open();
});
