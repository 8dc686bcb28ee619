import { expect, it, vi, type Mock } from 'vitest';
import { describeWithReplicaSet, useDatabase, useReplicaSetDatabase } from '../support/database.js';
import { useJobs } from './jobs-world.js';
import { waitFor } from '../support/wait-for.js';

const settings = { processEverySeconds: 3_600 };

describeWithReplicaSet('on a replica set', () => {
  const database = useReplicaSetDatabase();
  const world = useJobs(database);

  /** Until the stream is open on the server there is nothing to hear: enqueues until something is heard. */
  async function untilHeard(enqueue: () => Promise<void>, run: Mock): Promise<void> {
    const attempt = async () => {
      await enqueue();
      await waitFor(() => expect(run).toHaveBeenCalled(), { timeout: 1_000 });
    };
    await waitFor(attempt);
  }

  it('hears at once of what other processes enqueue', async () => {
    const run = vi.fn(() => Promise.resolve());
    const { jobs, prefix } = world.open({ definitions: [{ name: 'mail', concurrency: 1, run }], settings });
    await jobs.start();
    const other = world.open({ prefix });
    await untilHeard(() => other.jobs.enqueue('mail', {}), run);
  });

  it('listens again after its stream has ended, which that of a dropped collection does', async () => {
    const run = vi.fn(() => Promise.resolve());
    const definitions = [{ name: 'mail', concurrency: 1, run }];
    const { jobs, prefix, collection, logger } = world.open({ definitions, settings });
    await jobs.start();
    const other = world.open({ prefix });
    await untilHeard(() => other.jobs.enqueue('mail', {}), run);
    await collection.drop();
    await waitFor(() => expect(logger.lines).toMatchObject([{ level: 'debug' }]), { timeout: 10_000 });
    run.mockClear();
    await untilHeard(() => other.jobs.enqueue('mail', {}), run);
  });

  it('leaves no stream when it is stopped', async () => {
    const { jobs, prefix } = world.open({ settings });
    const cursors = async () => {
      const pipeline = [
        { $currentOp: { idleCursors: true, allUsers: true } },
        {
          $match: {
            ns: { $regex: `${prefix}_jobs$` },
            'cursor.originatingCommand.pipeline.$changeStream': { $exists: true },
          },
        },
      ];
      return database.connection.getClient().db('admin').aggregate(pipeline).toArray();
    };
    await jobs.start();
    await waitFor(async () => expect(await cursors()).not.toEqual([]), { timeout: 5_000 });
    await jobs.stop({ graceMs: 1_000 });
    await waitFor(async () => expect(await cursors()).toEqual([]), { timeout: 5_000 });
  });
});

const standalone = useDatabase();
const world = useJobs(standalone);

it('asks a standalone server for no stream', async () => {
  const watch = vi.spyOn(
    Object.getPrototypeOf(standalone.connection.db!.collection('any')) as { watch: () => void },
    'watch',
  );
  const { jobs } = world.open();
  await jobs.start();
  expect(watch).not.toHaveBeenCalled();
  watch.mockRestore();
});
