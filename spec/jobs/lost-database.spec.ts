import mongoose from 'mongoose';
import { expect, it, vi } from 'vitest';
import { describeWithOwnMongod, useCrashableMongod } from '../support/crashable-mongod.js';
import { useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const timeout = 30_000;

describeWithOwnMongod('while the database is away', () => {
  const mongod = useCrashableMongod();
  const connection = mongoose.createConnection();
  const world = useJobs({ connection });

  it(
    'goes on by itself when it is back, and says so once',
    async () => {
      await connection.openUri(mongod.uri, { serverSelectionTimeoutMS: 500 });
      const run = vi.fn(() => Promise.resolve());
      const { jobs, logger } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
      await jobs.start();
      await mongod.crash();
      await waitFor(() => expect(logger.lines).toMatchObject([{ level: 'warn' }]), { timeout: 10_000 });
      await expect(jobs.enqueue('mail', {})).rejects.toMatchObject({ code: 'JOBS_UNAVAILABLE' });
      await mongod.start();
      await waitFor(() => jobs.enqueue('mail', {}), { timeout: 10_000 });
      await waitFor(() => expect(run).toHaveBeenCalled(), { timeout: 10_000 });
      await waitFor(() => expect(logger.lines.at(-1)).toMatchObject({ level: 'info' }), { timeout: 10_000 });
    },
    timeout,
  );

  it(
    'stops in time, and finishes again what a completion that was not stored had done',
    async () => {
      await connection.openUri(mongod.uri, { serverSelectionTimeoutMS: 500 });
      let isAway = true;
      const run = vi.fn(async () => {
        if (isAway) await mongod.crash();
      });
      const { jobs } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }] });
      await jobs.start();
      await jobs.enqueue('mail', {});
      await waitFor(() => expect(run).toHaveBeenCalledOnce(), { timeout: 10_000 });
      const before = performance.now();
      await jobs.stop({ graceMs: 1_000 });
      expect(performance.now() - before).toBeLessThan(6_000);
      isAway = false;
      await mongod.start();
      await waitFor(() => jobs.start(), { timeout: 10_000 });
      await waitFor(() => expect(run).toHaveBeenCalledTimes(2), { timeout: 10_000 });
      await jobs.stop({ graceMs: 1_000 });
      await connection.close();
    },
    timeout,
  );
});
