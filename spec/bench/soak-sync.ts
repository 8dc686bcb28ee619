/**
 * A sync under fire: three processes handle the items of one run, while every two seconds one of them is killed with
 * SIGKILL and replaced, and once the mongod is killed and started again. What the listeners did is in files of their
 * own, and is compared with what upstream has: nothing is lost, nothing was repeated but what was done and not stored
 * when something was killed, the cursor is the last item's, and the run is over soon after the last kill. Arguments:
 * the number of items (20,000 by default), a seed, and how long a listener takes (about 100 ms).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withDatabaseName } from '../support/mongo-uri.js';
import type { WorkerProcess } from '../support/worker-process.js';
import { startKillableMongo } from './killable-mongo.js';
import { rounded } from './measure.js';
import { seededRandom } from './seeded-random.js';
import { createSinks, linesOf } from './sinks.js';
import { openSoakInstance, soakItemSynced } from './soak-sync-instance.js';
import { startScript } from './start-script.js';

interface Worker {
  readonly process: WorkerProcess;
  readonly sink: string;
}

const [items = 20_000, seed = 1, listenerMs = 100] = process.argv.slice(2).map(Number);
const processes = 3;
const leaseSeconds = 5;
const killEveryMs = 2_000;
/** From then on nothing is killed. */
const lastKillAt = 0.85;
const random = seededRandom(seed);

const folder = mkdtempSync(join(tmpdir(), 'soak-sync-'));
const mongo = await startKillableMongo(join(folder, 'db'));
const settings = { uri: withDatabaseName(mongo.uri, 'soak_sync'), items, leaseSeconds, listenerMs };
const { connection, integrations } = await openSoakInstance({ ...settings, sink: null });
const { IntegrationSyncItem, IntegrationSyncRun, Integration } = integrations.models;
const integration = await integrations.create({ provider: 'upstream', name: 'Soak', credentials: {} });

const sinks = createSinks(folder);
const workers = await Promise.all(Array.from({ length: processes }, startWorker));
const { runId } = await integrations.syncNow(integration);
const started = performance.now();
let kills = 0;
let mongodKills = 0;
let unacknowledged = 0;
let killedAt = started;
await killUntilAlmostDone();
await untilSettled();
const secondsAfterLastKill = rounded((performance.now() - killedAt) / 1_000);

const run = await IntegrationSyncRun.findById(runId).lean();
const handled = sinks.lines();
const distinct = new Set(handled);
const report = {
  bench: 'soak-sync',
  items,
  seed,
  kills,
  mongodKills,
  seconds: rounded((performance.now() - started) / 1_000),
  outcome: run?.outcome,
  succeeded: run?.succeeded,
  lost: items - distinct.size,
  repeats: handled.length - distinct.size,
  unacknowledged,
  cursor: (await Integration.findById(integration._id).lean())?.syncCursor,
  secondsAfterLastKill,
  leaseSeconds,
};
for (const { process: worker } of workers) await worker.end();
await integrations.close();
await connection.close();
await mongo.stop();
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(report));

async function startWorker(): Promise<Worker> {
  const sink = sinks.add();
  return { process: await startScript('soak-sync-worker.ts', { ...settings, sink }), sink };
}

async function killUntilAlmostDone(): Promise<void> {
  for (let isReady = Promise.resolve(); ;) {
    // On a busy machine a process takes longer to load: three are to work between two kills.
    await Promise.all([sleep(killEveryMs), isReady]);
    const done = await doneItems();
    console.log(`${String(done)} of ${String(items)} items, ${String(kills)} kills`);
    // However fast it goes, something of each kind is killed.
    if (done >= items * lastKillAt && kills > 0 && mongodKills > 0) return;
    isReady = mongodKills === 0 && kills > 0 && done >= items / 3 ? killMongod() : killWorker();
  }
}

async function killWorker(): Promise<void> {
  const index = Math.floor(random() * workers.length);
  const victim = workers[index];
  if (victim === undefined) return;
  await victim.process.end();
  kills += 1;
  killedAt = performance.now();
  unacknowledged += await countUnacknowledged([victim]);
  workers[index] = await startWorker();
}

/** The workers go on with what they have, and store it when the server is back. */
async function killMongod(): Promise<void> {
  if (!(await mongo.killAndRestart())) return;
  mongodKills += 1;
  killedAt = performance.now();
  unacknowledged += await countUnacknowledged(workers);
}

/** What these processes have handled, and nobody knows of. */
async function countUnacknowledged(processes: readonly Worker[]): Promise<number> {
  const externalIds = processes.flatMap(({ sink }) => linesOf(sink));
  const { eventClass } = soakItemSynced;
  return IntegrationSyncItem.countDocuments({
    syncLogId: runId,
    eventClass,
    externalId: { $in: externalIds },
    status: { $ne: 'success' },
  });
}

function doneItems(): Promise<number> {
  return IntegrationSyncItem.countDocuments({ syncLogId: runId, status: 'success' });
}

/** With time enough to show by how much it is late. */
async function untilSettled(): Promise<void> {
  const deadline = performance.now() + leaseSeconds * 20_000;
  while (performance.now() < deadline) {
    if ((await IntegrationSyncRun.findById(runId, { phase: 1 }).lean())?.phase === 'settled') return;
    await sleep(100);
  }
}
