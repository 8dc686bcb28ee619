import { expect, it, vi } from 'vitest';
import { ambient, runWithin } from '../../lib/context.js';
import { useDatabase } from '../support/database.js';
import { gate, untilAborted, useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const world = useJobs(database);

it('runs a job with its data, and deletes it', async () => {
  const run = vi.fn(() => Promise.resolve());
  const { jobs, documents } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
  await jobs.start();
  await jobs.enqueue('mail', { to: 'a' });
  await waitFor(async () => expect(await documents('mail')).toEqual([]));
  expect(run).toHaveBeenCalledExactlyOnceWith({ to: 'a' }, { signal: expect.any(AbortSignal) });
});

it('logs a failure, and shows it with the job, without secrets', async () => {
  const run = () => Promise.reject(new Error('The password hunter2 is wrong.'));
  const { jobs, documents, logger } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
  await jobs.enqueue('mail', {});
  await jobs.runDue();
  const failReason = 'The password [redacted] is wrong.';
  await expect(documents('mail')).resolves.toMatchObject([
    { failReason, failCount: 1, nextRunAt: null, lockedAt: null },
  ]);
  expect(logger.lines).toMatchObject([{ level: 'error', meta: { job: 'mail', error: failReason } }]);
});

it('keeps the lock of a job that takes long, and its progress', async () => {
  const { open, opened } = gate();
  const run = vi.fn(() => opened);
  const { jobs, collection } = world.open({ definitions: [{ name: 'long', concurrency: 2, run }] });
  await jobs.start();
  await jobs.enqueue('long', {});
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  const before = await collection.findOne({ name: 'long' });
  await waitFor(
    async () => {
      const now = await collection.findOne({ name: 'long' });
      // Longer than a lock lasts.
      expect(now?.lockedAt - before?.lockedAt).toBeGreaterThan(1_200);
    },
    { timeout: 5_000 },
  );
  expect(run).toHaveBeenCalledOnce();
  open();
});

it('tells a job that its lock is lost', async () => {
  const lost = gate();
  const run = vi.fn(async (_data: unknown, { signal }: { signal: AbortSignal }) => {
    await untilAborted(signal);
    lost.open();
  });
  const { jobs, collection } = world.open({ definitions: [{ name: 'long', concurrency: 1, run }] });
  await jobs.start();
  await jobs.enqueue('long', {});
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  await collection.updateOne({ name: 'long' }, { $set: { lastModifiedBy: 'somebody else' } });
  await lost.opened;
});

it('does not write the failure of a job that somebody else has meanwhile', async () => {
  const { open, opened } = gate();
  const run = vi.fn(() => opened.then(() => Promise.reject(new Error('Too late.'))));
  const { jobs, collection, documents } = world.open({ definitions: [{ name: 'long', concurrency: 1, run }] });
  await jobs.enqueue('long', {});
  const due = jobs.runDue();
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  const theirs = { lastModifiedBy: 'somebody else', lockedAt: new Date(Date.now() + 60_000), failReason: null };
  await collection.updateOne({ name: 'long' }, { $set: theirs });
  open();
  await due;
  await expect(documents('long')).resolves.toMatchObject([theirs]);
});

it('runs jobs outside of the call or operation that enqueued them, and in the background', async () => {
  const seen = vi.fn();
  const run = () => Promise.resolve(seen(ambient()));
  const { jobs } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
  await jobs.start();
  const integration = { id: '1', provider: 'acme', name: 'Acme' };
  await runWithin({ integration }, () => jobs.enqueue('mail', {}));
  await waitFor(() => expect(seen).toHaveBeenCalledOnce());
  expect(seen).toHaveBeenCalledWith(expect.objectContaining({ integration: null, priority: 'background' }));
});

it('leaves to others the jobs that this process does not want, until it does', async () => {
  const run = vi.fn(() => Promise.resolve());
  let isWanted = false;
  const { jobs, documents } = world.open({
    definitions: [
      { name: 'mail', concurrency: 1, run, isWanted: () => isWanted },
      { name: 'other', concurrency: 1, run: () => Promise.resolve() },
    ],
  });
  await jobs.enqueue('mail', {});
  await jobs.enqueue('other', {});
  await expect(jobs.runDue()).resolves.toMatchObject({ jobs: 1, isDone: true });
  await expect(documents('mail')).resolves.toMatchObject([{ lockedAt: null }]);
  isWanted = true;
  await jobs.runDue();
  expect(run).toHaveBeenCalledOnce();
});
