/**
 * How much of a rate limit four processes use together, at full speed, against a server in a fifth that counts by its
 * own clock; and how many requests were over the limit: none.
 */
import mongoose from 'mongoose';
import { startMongo } from '../support/mongod/index.js';
import { mostFromFirstRequest, mostInAnyWindow, mostInWorstPhase } from '../support/rate-counts.js';
import { runRateScenario, type RateScenario } from '../support/rate-scenario.js';
import { startProcess } from '../support/worker-process.js';
import { median, rounded } from './measure.js';

const scenarios: readonly Omit<RateScenario, 'seed'>[] = [
  { limit: 500, windowMs: 2_000, windows: 5, kind: 'fixed' },
  { limit: 2_000, windowMs: 10_000, windows: 3, kind: 'sliding' },
];
const rounds = 3;

const mongo = await startMongo();
const uri = `${mongo.uri.replace(/\/?$/, '/')}bench_rate_limits`;
const connection = await mongoose.createConnection(uri).asPromise();
await connection.dropDatabase();
const workers = await Promise.all([1, 2, 3, 4].map(() => startProcess('rate-worker.ts', {})));

const figures = [];
for (const scenario of scenarios) figures.push(await measure(scenario));

await Promise.all(workers.map((worker) => worker.end()));
await connection.close();
await mongo.stop();
console.table(figures);
const [short, long] = figures;
const over = figures.reduce((sum, figure) => sum + figure['requests over the limit'], 0);
console.log(JSON.stringify({ bench: 'rate-limits', over, used2s: short?.used, used10s: long?.used }));

async function measure(scenario: Omit<RateScenario, 'seed'>) {
  const { limit, windowMs, windows } = scenario;
  const used: number[] = [];
  let over = 0;
  for (let seed = 1; seed <= rounds; seed += 1) {
    const startServer = (settings: object) => startProcess('rate-server.ts', settings);
    const outcome = await runRateScenario(
      { connection, uri, workers: () => workers, startServer },
      { ...scenario, seed },
    );
    used.push(outcome.used);
    const most = [mostInAnyWindow, mostInWorstPhase, mostFromFirstRequest].map((count) =>
      count(outcome.counted, windowMs),
    );
    over += outcome.refused + Math.max(0, Math.max(...most) - limit);
  }
  return {
    'requests per window': limit,
    'window, s': windowMs / 1_000,
    windows,
    'requests over the limit': over,
    used: rounded(median(used)),
  };
}
