/**
 * A worker of the demo: a process that does the application's work in the background, beside others of its kind. Any of
 * them may be killed at any time. Its settings are in the environment, as JSON.
 */
import { issueSynced } from 'express-integrations/providers/github';
import mongoose from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { openInstance, type InstanceSettings } from './instance.js';

const settings = JSON.parse(process.env.DEMO_WORKER ?? '') as InstanceSettings;
const connection = await mongoose.createConnection(settings.mongoUri).asPromise();
const issues = connection.collection<StoredIssue>('issues');
const integrations = openInstance(connection, settings, { work: true });

/** What the application keeps of an issue. */
export interface StoredIssue {
  /** GitHub's id. */
  readonly _id: number;
  readonly number: number;
  readonly title: string;
  /** How often it was handled, by whichever process. */
  readonly timesHandled: number;
}

// May be called twice for the same issue, where a process died before it could say that it was done.
integrations.onSyncItem(issueSynced, async ({ payload: { id, number, title } }) => {
  await sleep(10); // as if it took some work
  await issues.updateOne({ _id: id }, { $set: { number, title }, $inc: { timesHandled: 1 } }, { upsert: true });
});

await integrations.start();
process.once('disconnect', () => process.exit());
process.send?.('ready');
