import { expect, it, vi } from 'vitest';
import type { JobContext } from '../../lib/types/job-queue.js';
import { useDatabase } from '../support/database.js';
import { gate, untilAborted, useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const world = useJobs(database);

it('runs what is due, without a start, and returns', async () => {
  const run = vi.fn(() => Promise.resolve());
  const { jobs } = world.open({ definitions: [{ name: 'mail', concurrency: 2, run }] });
  for (let index = 0; index < 7; index += 1) await jobs.enqueue('mail', { index: String(index) });
  await expect(jobs.runDue()).resolves.toEqual({ jobs: 7, failed: 0, isDone: true });
  expect(run).toHaveBeenCalledTimes(7);
});

it('leaves what is not due', async () => {
  const run = vi.fn(() => Promise.resolve());
  const { jobs } = world.open({ definitions: [{ name: 'mail', concurrency: 2, run }] });
  await jobs.agenda.schedule(new Date(Date.now() + 60_000), 'mail', {});
  await expect(jobs.runDue()).resolves.toEqual({ jobs: 0, failed: 0, isDone: true });
});

it('makes sure of the recurring jobs', async () => {
  const run = vi.fn(() => Promise.resolve());
  const tick = { name: 'tick', concurrency: 1, everySeconds: 60, isDueAtOnce: true, run };
  const { jobs } = world.open({ definitions: [tick] });
  await expect(jobs.runDue()).resolves.toMatchObject({ jobs: 1 });
  await expect(jobs.runDue()).resolves.toMatchObject({ jobs: 0 });
});

it('counts what failed', async () => {
  const run = (data: object) => ('bad' in data ? Promise.reject(new Error('No.')) : Promise.resolve());
  const { jobs } = world.open({ definitions: [{ name: 'mail', concurrency: 2, run }] });
  await jobs.enqueue('mail', {});
  await jobs.enqueue('mail', { bad: 'yes' });
  await expect(jobs.runDue()).resolves.toEqual({ jobs: 2, failed: 1, isDone: true });
});

it('runs jobs that wait for jobs, which they enqueue', async () => {
  const drained = gate();
  const lister = {
    name: 'list',
    concurrency: 1,
    async run() {
      await jobs.enqueue('drain', {});
      await drained.opened;
    },
  };
  const drain = { name: 'drain', concurrency: 1, run: async () => drained.open() };
  const { jobs } = world.open({ definitions: [lister, drain], settings: { maxConcurrency: 1 } });
  await jobs.enqueue('list', {});
  await expect(jobs.runDue({ deadlineMs: 10_000 })).resolves.toEqual({ jobs: 2, failed: 0, isDone: true });
});

it('finds while it waits what other processes enqueue', async () => {
  const drained = gate();
  const list = { name: 'list', concurrency: 1, run: vi.fn(() => drained.opened) };
  const drain = { name: 'drain', concurrency: 1, run: async () => drained.open() };
  const { jobs, prefix } = world.open({ definitions: [list, drain] });
  await jobs.enqueue('list', {});
  const due = jobs.runDue({ deadlineMs: 10_000 });
  await waitFor(() => expect(list.run).toHaveBeenCalledOnce());
  await world.open({ prefix }).jobs.enqueue('drain', {});
  await expect(due).resolves.toMatchObject({ jobs: 2, isDone: true });
});

it('aborts at the deadline, waits until all is handed back, and leaves the rest', async () => {
  const run = vi.fn((_data: unknown, { signal }: JobContext) => untilAborted(signal));
  const { jobs, collection } = world.open({ definitions: [{ name: 'mail', concurrency: 2, run }] });
  for (let index = 0; index < 5; index += 1) await jobs.enqueue('mail', { index: String(index) });
  await expect(jobs.runDue({ deadlineMs: 300 })).resolves.toEqual({ jobs: 2, failed: 0, isDone: false });
  await expect(collection.countDocuments({ name: 'mail', lockedAt: null })).resolves.toBe(3);
});

it('does not count as failed what was handed back, which the next run does', async () => {
  const run = vi.fn(async (_data: unknown, { signal }: JobContext) => {
    if (run.mock.calls.length > 1) return;
    await untilAborted(signal);
    signal.throwIfAborted();
  });
  const { jobs } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
  await jobs.enqueue('mail', {});
  await expect(jobs.runDue({ deadlineMs: 300 })).resolves.toEqual({ jobs: 1, failed: 0, isDone: false });
  await expect(jobs.runDue()).resolves.toEqual({ jobs: 1, failed: 0, isDone: true });
});

it('ends when the instance is stopped', async () => {
  const run = vi.fn((_data: unknown, { signal }: JobContext) => untilAborted(signal));
  const { jobs } = world.open({ definitions: [{ name: 'mail', concurrency: 2, run }] });
  await jobs.enqueue('mail', {});
  const due = jobs.runDue();
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  await jobs.stop({ graceMs: 5_000 });
  await expect(due).resolves.toMatchObject({ isDone: false });
});

it.each([0, -1, Number.NaN, Infinity])('refuses a deadline of %s milliseconds', async (deadlineMs) => {
  await expect(world.open().jobs.runDue({ deadlineMs })).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
});
