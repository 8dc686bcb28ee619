/**
 * Webhooks under fire: two processes receive and handle what senders send at a steady rate, while one of them is killed
 * with SIGKILL and replaced, and the mongod is killed and started again. What the handlers did is in files of their
 * own, and is compared with what the senders got an acknowledgement for: none of that is lost, and nothing is stuck.
 * Arguments: seconds of sending (20 by default), webhooks per second (300), a seed.
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
import { createSinks } from './sinks.js';
import { openSoakInstance, type Handled } from './soak-webhooks-instance.js';
import { createSender } from './soak-webhooks-sender.js';
import { startScript } from './start-script.js';

interface Worker {
  readonly process: WorkerProcess;
  readonly origin: string;
}

const [seconds = 20, perSecond = 300, seed = 1] = process.argv.slice(2).map(Number);
const leaseSeconds = 3;
/** Longer than a webhook waits to be stored: senders are told to try again. */
const mongodAwayMs = 3_000;
const tickMs = 10;

const folder = mkdtempSync(join(tmpdir(), 'soak-webhooks-'));
const mongo = await startKillableMongo(join(folder, 'db'));
const settings = { uri: withDatabaseName(mongo.uri, 'soak_webhooks'), leaseSeconds };
const { connection, integrations } = await openSoakInstance({ ...settings, sink: null });
const { IntegrationWebhook } = integrations.models;
const secret = 'the secret of the soak';
const integration = await integrations.create({ provider: 'sender', name: 'Soak', credentials: { secret } });

const sinks = createSinks(folder);
const workers = await Promise.all([startWorker(), startWorker()]);
const sender = createSender({
  path: `/integrations/sender/${integration.id}/webhook`,
  secret,
  origins: () => workers.map(({ origin }) => origin),
  random: seededRandom(seed),
});
const started = performance.now();
let kills = 0;
let mongodKills = 0;
const [webhooks] = await Promise.all([sendSteadily(), killEach()]);
const sent = await sender.finish();
await untilNothingIsOpen();

const handled = sinks.lines().map((line) => JSON.parse(line) as Handled);
const firstAt = new Map<number, number>();
for (const { number, at } of handled) firstAt.set(number, Math.min(at, firstAt.get(number) ?? Infinity));
const { acknowledged, ...others } = sent;
const report = {
  ...{ bench: 'soak-webhooks', webhooks, perSecond, seed, kills, mongodKills },
  seconds: rounded((performance.now() - started) / 1_000),
  acknowledged: acknowledged.size,
  lost: [...acknowledged.keys()].filter((number) => !firstAt.has(number)).length,
  stuck: await countOpen(),
  failed: await IntegrationWebhook.countDocuments({ status: 'failed' }),
  stored: await IntegrationWebhook.countDocuments({}),
  repeats: handled.length - firstAt.size,
  ...others,
  longestSecondsToSink: rounded(longestMs() / 1_000),
  leaseSeconds,
};
for (const { process: worker } of workers) await worker.end();
await integrations.close();
await connection.close();
await mongo.stop();
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(report));

async function startWorker(): Promise<Worker> {
  const worker = await startScript('soak-webhooks-worker.ts', { ...settings, sink: sinks.add() });
  const { origin } = (await worker.ask({})) as { readonly origin: string };
  return { process: worker, origin };
}

/** How many there were, when the time is over and each kind of process has been killed. */
async function sendSteadily(): Promise<number> {
  let number = 0;
  for (let elapsed = 0; elapsed < seconds || kills === 0 || mongodKills === 0;) {
    elapsed = (performance.now() - started) / 1_000;
    for (; number < elapsed * perSecond; number += 1) sender.send(number);
    await sleep(tickMs);
  }
  return number;
}

async function killEach(): Promise<void> {
  await sleep(seconds * 250);
  await killWorker();
  console.log(`a process was killed and replaced after ${String(rounded((performance.now() - started) / 1_000))} s`);
  await sleep(Math.max(0, seconds * 600 - (performance.now() - started)));
  await killMongod();
  console.log(
    `the mongod was killed and started again after ${String(rounded((performance.now() - started) / 1_000))} s`,
  );
}

async function killWorker(): Promise<void> {
  const [victim] = workers;
  await victim.process.end();
  kills += 1;
  workers[0] = await startWorker();
}

async function killMongod(): Promise<void> {
  if (await mongo.killAndRestart(mongodAwayMs)) mongodKills += 1;
}

function countOpen(): Promise<number> {
  return IntegrationWebhook.countDocuments({ status: { $in: ['pending', 'processing'] } });
}

/** With time enough to show by how much it is late. */
async function untilNothingIsOpen(): Promise<void> {
  const deadline = performance.now() + leaseSeconds * 20_000;
  while (performance.now() < deadline && (await countOpen()) > 0) await sleep(100);
}

/** From an acknowledgement to the first time that its webhook was handled. */
function longestMs(): number {
  return Math.max(0, ...[...firstAt].map(([number, at]) => at - (acknowledged.get(number) ?? Infinity)));
}
