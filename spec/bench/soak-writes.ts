/**
 * Writes with idempotency keys under fire: four processes want each of them, side by side, from an API that recognises
 * no repetitions and resets connections, answers late, too late and with errors, while the processes are killed with
 * SIGKILL and started again. Afterwards no write that counts as made, or as not made, has been executed twice; every
 * key is accounted for; none is still in progress. Arguments: the number of keys (2,000 by default) and a seed.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startMongo } from '../support/mongod/index.js';
import { openChargingInstance } from './charging-instance.js';
import { seededRandom } from './seeded-random.js';

const keys = Number(process.argv[2] ?? 2_000);
const seed = Number(process.argv[3] ?? 1);
const processes = 4;
const timeoutMs = 300;
const leaseSeconds = 2;
const random = seededRandom(seed);

const api = await startScript('charging-api.ts', [String(seed), String(timeoutMs)]);
const [{ url: apiUrl }] = (await once(api, 'message')) as [{ url: string }];
const mongo = await startMongo();
const mongoUrl = new URL('/soak_writes', mongo.uri).href;
const settings = { mongoUrl, apiUrl, timeoutMs, leaseSeconds };
const { integrations, close } = await openChargingInstance(settings);
const targets = await Promise.all(
  (['plain', 'asking'] as const).map((provider) => integrations.create({ provider, name: provider, credentials: {} })),
);

let questions = 0;
let kills = 0;
let posts = 0;
await Promise.all(Array.from({ length: processes }, (_, index) => work(index)));

const { IntegrationIdempotencyKey } = integrations.models;
await untilNoneInProgress();
const records = await IntegrationIdempotencyKey.find({}, { key: 1, state: 1, integrationId: 1 }).lean();
const executions = await executionsByKey();
const states = new Map(records.map(({ key, state }) => [key, state]));
const names = Array.from({ length: keys }, (_, index) => `charge-${String(index)}`);
const stateOf = (key: string): string => states.get(key) ?? 'released';
const twice = names.filter((key) => (executions[key] ?? 0) > 1);
const count = (state: string): number => names.filter((key) => stateOf(key) === state).length;
const report = {
  bench: 'soak-writes',
  keys,
  seed,
  posts,
  kills,
  completed: count('completed'),
  released: count('released'),
  unknown: count('unknown'),
  inProgress: count('in_progress'),
  strangers: records.length - names.filter((key) => states.has(key)).length,
  executed: Object.values(executions).reduce((sum, each) => sum + each, 0),
  executedTwice: twice.length,
  completedNeverExecuted: names.filter((key) => stateOf(key) === 'completed' && executions[key] === undefined).length,
  releasedButExecuted: names.filter((key) => stateOf(key) === 'released' && executions[key] !== undefined).length,
};
await close();
await mongo.stop();
api.disconnect();
console.log(JSON.stringify(report));

async function startScript(name: string, args: string[]): Promise<ChildProcess> {
  return fork(fileURLToPath(new URL(name, import.meta.url)), args, { execArgv: ['--import', 'tsx'] });
}

/** One process after the other, until one gets through without being killed. */
async function work(index: number): Promise<void> {
  const livesLeft = index === 0 ? 3 : 2;
  for (let life = 0; ; life += 1) {
    const integrationIds = targets.map(({ id }) => id);
    const worker = await startScript('soak-writes-worker.ts', [
      JSON.stringify({ ...settings, integrationIds, keys, callers: 8, seed: seed * 100 + index * 10 + life }),
    ]);
    const done = once(worker, 'message').then(([message]) => message as { outcomes: Record<string, number> });
    done.catch(() => undefined);
    const exit = once(worker, 'exit');
    if (life < livesLeft) {
      await untilWriting(worker);
      // Dies at a moment that nobody has chosen.
      await Promise.race([sleep(300 + random() * 1_500), exit]);
      if (worker.kill('SIGKILL')) kills += 1;
      await exit;
      continue;
    }
    const { outcomes } = await done;
    posts += Object.values(outcomes).reduce((sum, each) => sum + each, 0);
    await exit;
    return;
  }
}

/** A process takes seconds to load: it is to die while it writes. */
async function untilWriting(worker: ChildProcess): Promise<void> {
  const before = await executedSoFar();
  while (worker.exitCode === null && (await executedSoFar()) < before + 5) await sleep(50);
}

type Counts = Readonly<Record<string, number>>;

/** Several may ask at once: each gets the answer to its own question. */
async function executionsByKey(): Promise<Counts> {
  const question = (questions += 1);
  return new Promise((resolve) => {
    const listen = (answer: { readonly question: number; readonly executions: Counts }): void => {
      if (answer.question !== question) return;
      api.off('message', listen);
      resolve(answer.executions);
    };
    api.on('message', listen);
    api.send({ question });
  });
}

async function executedSoFar(): Promise<number> {
  return Object.values(await executionsByKey()).reduce((sum, each) => sum + each, 0);
}

/** Leases run out, and the sweep makes unknown what nobody holds. */
async function untilNoneInProgress(): Promise<void> {
  const deadline = performance.now() + leaseSeconds * 1_000 + 10_000;
  while (performance.now() < deadline) {
    await integrations.idempotency.sweep();
    if ((await IntegrationIdempotencyKey.countDocuments({ state: 'in_progress' })) === 0) return;
    await sleep(100);
  }
}
