/**
 * A process that handles sync items, and writes into the collection `executions` what it handles. Messages: `{ runId }`
 * has it drain that run until no batch is left, and is answered then. What an item does stands in its payload.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Types } from 'mongoose';
import { openItemsWorld, until } from '../lib/sync/items/items-world.js';

export interface ItemsWorkerSettings {
  readonly uri: string;
  readonly integrationId: string;
}

/** `wait`: for that many milliseconds. `poison`: kills its process. `gate`: fails the first time, once it may. */
export interface WorkerPayload {
  readonly wait?: number;
  readonly poison?: boolean;
  readonly gate?: boolean;
}

const { uri, integrationId } = JSON.parse(process.argv[2] ?? '') as ItemsWorkerSettings;
const settings = { leaseSeconds: 1, concurrency: 5, itemBackoff: [0.1] };
const world = await openItemsWorld(uri, { integrationId, settings });
const executions = world.connection.collection('executions');
const gates = world.connection.collection('gates');

world.listeners.onSyncItem('spec.work', async ({ externalId, item, payload }) => {
  const { wait = 0, poison = false, gate = false } = payload as WorkerPayload;
  await executions.insertOne({ runId: item.syncLogId, externalId, pid: process.pid });
  if (poison) process.kill(process.pid, 'SIGKILL');
  if (wait > 0) await sleep(wait);
  if (!gate || (await executions.countDocuments({ runId: item.syncLogId })) > 1) return;
  await until(async () => (await gates.findOne({ runId: item.syncLogId })) !== null);
  throw new Error('too late');
});

process.on('message', ({ runId }: { runId: string }) => {
  void Promise.all([drain(runId), drain(runId)]).then(() => process.send?.('drained'));
});
process.once('disconnect', () => process.exit());
process.send?.('ready');

async function drain(id: string): Promise<void> {
  const runId = new Types.ObjectId(id);
  const { signal } = new AbortController();
  while (await world.batches.hasAny(runId)) {
    await world.drain(runId, signal);
    await sleep(20);
  }
}
