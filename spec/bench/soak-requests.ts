/**
 * Many calls through random faults: resets, time-outs, 429, 5xx, drift, three outages of the API, and a MongoDB that is
 * killed and started again. Afterwards every call is accounted for in the log, no lease or probe is stuck, and memory
 * is where it was. Arguments: the number of calls (200,000 by default) and a seed.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createIntegrations,
  defineProvider,
  isIntegrationError,
  RateLimit,
  type IntegrationDocument,
} from 'express-integrations';
import mongoose from 'mongoose';
import { startKillableMongo } from './killable-mongo.js';
import { rounded } from './measure.js';
import { seededRandom } from './seeded-random.js';

const calls = Number(process.argv[2] ?? 200_000);
const seed = Number(process.argv[3] ?? 1);
const callers = 64;
const random = seededRandom(seed);
const itemSchema = { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] } as const;

const api = await startApi();
const folder = await mkdtemp(join(tmpdir(), 'soak-requests-'));
const mongo = await startKillableMongo(join(folder, 'db'));
const connection = await mongoose.createConnection(mongo.uri, { dbName: 'soak' }).asPromise();
const losses: unknown[] = [];
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'soak', secret: Buffer.alloc(32, 7).toString('base64') }],
  http: { allowedPrivateHosts: ['127.0.0.1'] },
  requests: { timeoutMs: 500, deadlineMs: 20_000 },
  retry: { maxDelayMs: 50 },
  circuit: { windowSeconds: 2, cooldownSeconds: 2.5 },
  logger: { error: noteLoss, warn: () => undefined, info: () => undefined, debug: () => undefined },
  providers: { unreliable: unreliableProvider(api.url) },
});
await integrations.start();
const targets = await Promise.all(
  ['a', 'b', 'c'].map((name) => integrations.create({ provider: 'unreliable', name, credentials: {} })),
);

const outcomes = new Map<string, number>();
let sent = 0;
const heapEarly = await drive(calls / 10).then(heapInMegabytes);
const disturbed = disturb();
await drive(calls - calls / 10);
await disturbed;
await api.setOutage(false);
for (const target of targets) await untilHealthy(target);
const heapLate = heapInMegabytes();
await integrations.stop();

const logged = await integrations.models.IntegrationRequest.countDocuments();
const stuck = await stuckGates();
console.table(Object.fromEntries([...outcomes].sort().map(([outcome, count]) => [outcome, { calls: count }])));
const growthMegabytes = rounded(heapLate - heapEarly);
const report = { bench: 'soak-requests', calls, seed, sent, logged, losses: losses.length, stuck, growthMegabytes };
await integrations.close();
await connection.close();
await mongo.stop();
api.close();
await rm(folder, { recursive: true, force: true });
console.log(JSON.stringify(report));

async function startApi() {
  const path = fileURLToPath(new URL('unreliable-api.ts', import.meta.url));
  const child = fork(path, [String(seed)], { execArgv: ['--import', 'tsx'] });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return {
    url,
    async setOutage(outage: boolean) {
      const answered = once(child, 'message');
      child.send({ outage });
      await answered;
    },
    close: () => child.disconnect(),
  };
}

function unreliableProvider(baseUrl: string) {
  return defineProvider({
    name: 'Unreliable API',
    credentialSchema: { type: 'object' },
    metadataSchema: { type: 'object' },
    http: { baseUrl },
    defaultRateLimit: () => RateLimit.per(100_000, 10),
  });
}

async function drive(count: number): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left > 0) {
        left -= 1;
        await call(targets[Math.floor(random() * targets.length)]);
      }
    }),
  );
}

/** A call that was refused before its first attempt was not sent: it has no document in the log. */
async function call(target: IntegrationDocument | undefined): Promise<void> {
  try {
    await target?.at('/items/{id}').withData({ id: 1 }).as(itemSchema).get();
    count('success', true);
  } catch (error) {
    const refused = isIntegrationError(error, 'CIRCUIT_OPEN') || isIntegrationError(error, 'RATE_LIMIT_EXCEEDED');
    count(isIntegrationError(error) ? error.code : 'not ours', !refused || error.cause !== undefined);
    // Who is refused has to wait: a caller in a loop would do nothing else.
    if (refused) await sleep(20);
  }
}

function count(outcome: string, wasSent: boolean): void {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  if (wasSent) sent += 1;
}

/** Outages of the API and a killed database, while the calls go on. */
async function disturb(): Promise<void> {
  for (const killsDatabase of [false, true, false]) {
    await sleep(2_000);
    await api.setOutage(true);
    await sleep(2_000);
    await api.setOutage(false);
    if (killsDatabase) await mongo.killAndRestart(500);
  }
}

/** A circuit that is open lets a probe through in the end; one that is stuck never would. */
async function untilHealthy(target: IntegrationDocument): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    await call(target);
    const { state } = await integrations.circuit.inspect(target);
    if (state === 'closed') return;
    await sleep(100);
  }
}

/** What is looked at of a gate, where it is there. */
interface Gate {
  readonly circuit?: { readonly state: string } | null;
  readonly logs?: Readonly<Record<string, readonly { readonly t: Date }[]>> | null;
}

/** Circuits that are not closed, and reservations that last longer than any attempt of this run can. */
async function stuckGates(): Promise<number> {
  const gates: Gate[] = await integrations.models.IntegrationGate.find().lean();
  return gates.filter(({ circuit, logs }) => {
    const isOpen = (circuit?.state ?? 'closed') !== 'closed';
    const slots = Object.values(logs ?? {}).flat();
    return isOpen || slots.some(({ t }) => t.getTime() > Date.now() + 5_000);
  }).length;
}

function noteLoss(message: string): void {
  losses.push(message);
}

/** Collected twice, because finalizers of the first collection free more. */
function heapInMegabytes(): number {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc: npm run soak:requests');
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
