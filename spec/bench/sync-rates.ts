import mongoose from 'mongoose';
import { startMongo } from '../support/mongod/index.js';
import { withDatabaseName } from '../support/mongo-uri.js';
import { median, rounded } from './measure.js';
import { startRedis } from './redis.js';
import { agendaJobs, bullmqJobs, ours, raw, type SyncContender } from './sync-contenders.js';
import { openSyncInstance } from './sync-instance.js';
import { measureProcesses } from './sync-processes.js';

const rounds = 3;

/** The ratios of the items that are handled in a second; null: not measured. */
export interface SyncRates {
  readonly bench: 'sync';
  readonly vsAgenda: number;
  readonly vsBullmq: number | null;
  readonly vsRaw: number;
  readonly processes4: number;
}

/** Fewer items for Agenda, which would take minutes. */
export async function measureRates(items: number): Promise<SyncRates> {
  const mongo = await startMongo();
  const redis = await startRedis();
  const uri = withDatabaseName(mongo.uri, 'bench_sync');
  await dropDatabase(uri);
  const instance = await openSyncInstance({ uri });
  const contenders = [
    ours(instance, items),
    raw(instance, items),
    agendaJobs(instance.connection, Math.ceil(items / 10)),
    ...(redis === null ? [] : [bullmqJobs(redis.url, items)]),
  ];
  const rates = await sideBySide(contenders);
  await instance.close();
  await redis?.close();
  const [one, four] = await measureProcesses(uri, Math.ceil(items / 2.5));
  await dropDatabase(uri);
  await mongo.stop();
  printTable('items per second, median of 3 rounds', [
    ...rates,
    ['one process, 10 ms an item', one],
    ['four processes, 10 ms an item', four],
  ]);
  if (redis === null)
    console.log('BullMQ was not measured: there is neither REDIS_URL nor a redis-server on the PATH.');
  const [our = 0, rawly = 0, agenda = 0, bullmq] = rates.map(([, rate]) => rate);
  return {
    bench: 'sync',
    vsAgenda: rounded(our / agenda),
    vsBullmq: bullmq === undefined ? null : rounded(our / bullmq),
    vsRaw: rounded(our / rawly),
    processes4: rounded(four / one),
  };
}

type Rate = readonly [name: string, itemsPerSecond: number];

/** One after the other, each round in another order but for the first, which warms up and does not count. */
async function sideBySide(contenders: readonly SyncContender[]): Promise<Rate[]> {
  const seconds = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const contender of rotated(contenders, Math.max(0, round - 1))) {
      const run = await contender.prepare();
      const started = performance.now();
      await run();
      if (round > 0) seconds.get(contender.name)?.push((performance.now() - started) / 1_000);
    }
  }
  return contenders.map(({ name, items }) => [name, items / median(seconds.get(name) ?? [])]);
}

function rotated<T>(values: readonly T[], by: number): readonly T[] {
  const first = by % values.length;
  return [...values.slice(first), ...values.slice(0, first)];
}

async function dropDatabase(uri: string): Promise<void> {
  const connection = await mongoose.createConnection(uri).asPromise();
  await connection.dropDatabase();
  await connection.close();
}

function printTable(title: string, rates: readonly Rate[]): void {
  console.log(`\n${title}`);
  console.table(Object.fromEntries(rates.map(([name, rate]) => [name, { 'items per second': Math.round(rate) }])));
}
