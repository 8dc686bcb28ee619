import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useDatabase } from '../support/database.js';
import { explainCommands } from '../support/explained-commands.js';
import { useJobs } from './jobs-world.js';

const database = useDatabase();
const connection = mongoose.createConnection();
const world = useJobs({ connection });
const prefix = 'many';
const run = () => Promise.resolve();
const definitions = [
  { name: 'drain', concurrency: 1, run },
  { name: 'tick', concurrency: 1, everySeconds: 60, run },
];
const long = new Date(Date.now() - 3 * 86_400_000);

/** Most have failed and are kept, some wait, and a few failed so long ago that they are pruned. */
function job(index: number) {
  const isOld = index < 50;
  const isWaiting = index % 10 === 0;
  return {
    name: index % 2 === 0 ? 'drain' : 'other',
    type: 'normal',
    priority: 0,
    data: { run: String(index) },
    lockedAt: null,
    nextRunAt: isWaiting && !isOld ? new Date(Date.now() - 1_000) : null,
    lastFinishedAt: isOld ? new Date(long.getTime() - 86_400_000 * 30) : isWaiting ? null : long,
    failCount: 1,
  };
}

beforeAll(async () => {
  await connection.openUri(database.uri, { monitorCommands: true });
  const { jobs, collection } = world.open({ prefix, definitions, settings: { enabled: false } });
  await jobs.start();
  for (let chunk = 0; chunk < 10; chunk += 1) {
    await collection.insertMany(Array.from({ length: 10_000 }, (_, index) => job(chunk * 10_000 + index)));
  }
}, 60_000);
afterAll(() => connection.close());

const open = () => world.open({ prefix, definitions, settings: { enabled: false } });

const queries: Record<string, () => Promise<unknown>> = {
  'the recurring jobs at the start': () => open().jobs.start(),
  'enqueue() unless one waits': () => open().jobs.enqueue('drain', { run: '200' }, { unlessWaiting: true }),
  'enqueue() unless one waits, where none does': () =>
    open().jobs.enqueue('drain', { run: '3' }, { unlessWaiting: true }),
  async 'taking a job'() {
    const { agenda } = open().jobs;
    await agenda.ready;
    const lockDeadline = new Date(Date.now() - 60_000);
    expect(await agenda.db.getNextJobToRun('drain', new Date(), lockDeadline, undefined, {})).toBeDefined();
  },
  async 'taking a job, where none is due'() {
    const { agenda } = open().jobs;
    await agenda.ready;
    const lockDeadline = new Date(Date.now() - 60_000);
    expect(await agenda.db.getNextJobToRun('tick', new Date(), lockDeadline, undefined, {})).toBeUndefined();
  },
};

it.each(Object.entries(queries))('serves %s by an index', async (_name, query) => {
  const commands = await explainCommands(connection, query);
  expect(commands).not.toEqual([]);
  const slow = commands.filter(
    ({ scansCollection, examined, found }) => scansCollection || examined > 2 * Math.max(found, 1),
  );
  expect(slow).toEqual([]);
});

it('serves pruning by an index', async () => {
  const { jobs, collection } = open();
  await collection.updateOne({ name: 'integrations.prune-jobs' }, { $set: { nextRunAt: new Date() } });
  await collection.updateMany({ name: 'drain' }, { $set: { disabled: true } });
  const commands = await explainCommands(connection, () => jobs.runDue());
  const deletions = commands.filter(({ name }) => name === 'delete');
  expect(deletions).toMatchObject([{ scansCollection: false }]);
  // What it looked for is gone: nothing is left to be looked at.
  expect(deletions[0]!.examined).toBe(0);
  await expect(collection.countDocuments({ lastFinishedAt: { $lt: long } })).resolves.toBe(0);
});
