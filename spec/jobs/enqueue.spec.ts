import mongoose from 'mongoose';
import { expect, it, vi } from 'vitest';
import { useDatabase } from '../support/database.js';
import { gate, useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const world = useJobs(database);
const never = () => Promise.resolve();

it('stores a job without anybody who runs jobs', async () => {
  const { jobs, documents } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run: never }] });
  await jobs.enqueue('mail', { to: 'a' });
  await expect(documents()).resolves.toMatchObject([
    { name: 'mail', data: { to: 'a' }, type: 'normal', lockedAt: null },
  ]);
});

it('waits for a connection that is still being opened', async () => {
  const connection = mongoose.createConnection(database.uri);
  const { jobs, documents } = world.open({ connection });
  await jobs.enqueue('mail', {});
  await expect(documents('mail')).resolves.toHaveLength(1);
  await connection.close();
});

it('rejects with a coded error where the database is away', async () => {
  const connection = mongoose.createConnection();
  const { jobs } = world.open({ connection });
  const before = performance.now();
  await expect(jobs.enqueue('mail', {})).rejects.toMatchObject({ code: 'JOBS_UNAVAILABLE' });
  expect(performance.now() - before).toBeLessThan(8_000);
});

it('stores a second job with the same data, unless told otherwise', async () => {
  const { jobs, documents } = world.open();
  await jobs.enqueue('mail', { to: 'a' });
  await jobs.enqueue('mail', { to: 'a' });
  await expect(documents()).resolves.toHaveLength(2);
});

it('stores none where one with the same data waits, whatever the order of its fields', async () => {
  const { jobs, documents } = world.open();
  await jobs.enqueue('mail', { to: 'a', from: 'b' }, { unlessWaiting: true });
  await jobs.enqueue('mail', { from: 'b', to: 'a' }, { unlessWaiting: true });
  await jobs.enqueue('mail', { from: 'b', to: 'c' }, { unlessWaiting: true });
  await expect(documents()).resolves.toHaveLength(2);
});

it('stores one beside another that runs already', async () => {
  const { open, opened } = gate();
  const run = vi.fn(() => opened);
  const { jobs, documents } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
  await jobs.start();
  await jobs.enqueue('mail', { to: 'a' });
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  await jobs.enqueue('mail', { to: 'a' }, { unlessWaiting: true });
  await expect(documents('mail')).resolves.toHaveLength(2);
  open();
  await waitFor(() => expect(run).toHaveBeenCalledTimes(2));
});

it('stores one beside another that has failed', async () => {
  const run = vi.fn(() => Promise.reject(new Error('No.')));
  const { jobs, documents } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
  await jobs.enqueue('mail', {});
  await jobs.runDue();
  await jobs.enqueue('mail', {}, { unlessWaiting: true });
  await expect(documents('mail')).resolves.toHaveLength(2);
});
