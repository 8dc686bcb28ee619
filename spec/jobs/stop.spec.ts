import { expect, it, vi } from 'vitest';
import type { JobContext } from '../../lib/types/job-queue.js';
import { useDatabase } from '../support/database.js';
import { gate, untilAborted, useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const world = useJobs(database);

it('aborts what runs, and waits for it', async () => {
  const handedBack = gate();
  let hasEnded = false;
  const run = vi.fn(async (_data: unknown, { signal }: JobContext) => {
    await untilAborted(signal);
    await handedBack.opened;
    hasEnded = true;
  });
  const { jobs, documents } = world.open({ definitions: [{ name: 'long', concurrency: 1, run }] });
  await jobs.start();
  await jobs.enqueue('long', {});
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  const stopped = jobs.stop({ graceMs: 10_000 });
  handedBack.open();
  await stopped;
  expect(hasEnded).toBe(true);
  await expect(documents('long')).resolves.toEqual([]);
});

it('has a job run again that gave up when it was aborted', async () => {
  const run = vi.fn(async (_data: unknown, { signal }: JobContext) => {
    await untilAborted(signal);
    signal.throwIfAborted();
  });
  const { jobs, documents, logger } = world.open({ definitions: [{ name: 'long', concurrency: 1, run }] });
  await jobs.start();
  await jobs.enqueue('long', {});
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  await jobs.stop({ graceMs: 10_000 });
  await expect(documents('long')).resolves.toMatchObject([{ lockedAt: null, nextRunAt: expect.any(Date) }]);
  expect(logger.lines).toEqual([]);
});

it('gives up a job that does not end in time, so that another process can run it at once', async () => {
  const { open, opened } = gate();
  const run = vi.fn(() => opened);
  const settings = { lockSeconds: 3_600 };
  const { jobs, prefix } = world.open({ definitions: [{ name: 'stubborn', concurrency: 1, run }], settings });
  await jobs.start();
  await jobs.enqueue('stubborn', {});
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  await jobs.stop({ graceMs: 50 });
  const again = vi.fn(() => Promise.resolve());
  const definitions = [{ name: 'stubborn', concurrency: 1, run: again }];
  const other = world.open({ prefix, definitions, settings });
  await expect(other.jobs.runDue()).resolves.toMatchObject({ jobs: 1, isDone: true });
  expect(again).toHaveBeenCalledOnce();
  open();
});

it('leaves no job locked, however many wait', async () => {
  const run = vi.fn((_data: unknown, { signal }: JobContext) => untilAborted(signal));
  const { jobs, collection } = world.open({ definitions: [{ name: 'mail', concurrency: 5, run }] });
  for (let index = 0; index < 50; index += 1) await jobs.enqueue('mail', { index: String(index) });
  await jobs.start();
  await waitFor(() => expect(run).toHaveBeenCalledTimes(5));
  await jobs.stop({ graceMs: 10_000 });
  await expect(collection.countDocuments({ lockedAt: { $ne: null } })).resolves.toBe(0);
  await expect(collection.countDocuments({ nextRunAt: { $ne: null }, name: 'mail' })).resolves.toBe(45);
});

it('can be followed by another start', async () => {
  const run = vi.fn(() => Promise.resolve());
  const { jobs } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
  await jobs.start();
  await jobs.stop({ graceMs: 1_000 });
  await jobs.enqueue('mail', {});
  await jobs.start();
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
});

it('ends before it has begun', async () => {
  const { jobs } = world.open();
  const started = jobs.start();
  await jobs.stop({ graceMs: 1_000 });
  await started;
  expect(jobs.agenda.isActiveJobProcessor()).toBe(false);
});
