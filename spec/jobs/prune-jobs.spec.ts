import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { expect, it } from 'vitest';
import { useDatabase } from '../support/database.js';
import { useJobs } from './jobs-world.js';

const database = useDatabase();
const world = useJobs(database);
const failing = { name: 'mail', concurrency: 1, run: () => Promise.reject(new Error('No.')) };
const weekAgo = new Date(Date.now() - 8 * 86_400_000);

it.each(['its own', "the host's"])('deletes what failed long ago, and nothing else, with %s Agenda', async (whose) => {
  const mongo = database.connection.db!;
  const name = whose === 'its own' ? null : 'host_jobs';
  const agenda = name === null ? null : new Agenda({ backend: new MongoBackend({ mongo, collection: name }) });
  const { jobs, prefix } = world.open({ agenda, definitions: [failing], settings: { keepFailedDays: 7 } });
  const collection = database.connection.collection(name ?? `${prefix}_jobs`);
  for (const id of ['old', 'new']) await jobs.enqueue('mail', { id });
  await jobs.runDue();
  await jobs.enqueue('mail', { id: 'waiting' });
  await collection.updateOne({ 'data.id': 'old' }, { $set: { lastFinishedAt: weekAgo, failedAt: weekAgo } });
  await collection.updateOne({ name: 'integrations.prune-jobs' }, { $set: { nextRunAt: new Date() } });
  await collection.updateOne({ 'data.id': 'waiting' }, { $set: { nextRunAt: new Date(Date.now() + 60_000) } });
  await expect(jobs.runDue()).resolves.toEqual({ jobs: 1, failed: 0, isDone: true });
  await expect(collection.distinct('data.id', { name: 'mail' })).resolves.toEqual(['new', 'waiting']);
});
