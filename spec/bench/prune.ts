/**
 * What pruning costs others: a process deletes 1,000,000 old requests, while another one goes on to store requests at
 * an even rate. The 99th percentile of what a write takes, from when it was due, against that of the time before. As
 * long a time afterwards shows whether the machine was the same all along. Arguments: the old requests (1,000,000 by
 * default), writes per second (200), seconds before and afterwards (60).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose, { Types, type Connection } from 'mongoose';
import { createIntegrations } from '../../lib/index.js';
import { startMongo } from '../support/mongod/index.js';
import { withDatabaseName } from '../support/mongo-uri.js';
import { rounded } from './measure.js';
import { startScript } from './start-script.js';

const [old = 1_000_000, perSecond = 200, secondsBefore = 60] = process.argv.slice(2).map(Number);
const collectionName = 'integration_requests';
const atOnce = 5_000;
const dayMs = 86_400_000;
const integrationIds = Array.from({ length: 100 }, () => new Types.ObjectId());

interface Memory {
  readonly heap: number;
  readonly rss: number;
}

interface Pruned {
  readonly total: number;
  readonly chunks: number;
  readonly seconds: number;
  readonly tenth: Memory;
  readonly peak: Memory;
}

const mongo = await startMongo();
const uri = withDatabaseName(mongo.uri, 'bench_prune');
const connection = await mongoose.createConnection(uri).asPromise();
await connection.dropDatabase();
await installIndexes(connection);
const requests = connection.collection(collectionName);
await insertOld();
const worker = await startScript('prune-worker.ts', { uri });

const before = await write(sleep(secondsBefore * 1_000));
const answer = worker.ask({ prune: true });
const during = await write(answer);
const pruned = (await answer) as Pruned;
const after = await write(sleep(secondsBefore * 1_000));
const left = await requests.countDocuments();
const stored = before.length + during.length + after.length;
await worker.end();
await connection.dropDatabase();
await connection.close();
await mongo.stop();

if (pruned.total !== old) throw new Error(`${String(pruned.total)} of ${String(old)} old requests were deleted.`);
if (left !== stored) throw new Error(`Of ${String(stored)} young requests ${String(left)} are there.`);

const row = (latencies: readonly number[]) => ({
  writes: latencies.length,
  'median, ms': rounded(percentile(latencies, 0.5)),
  'p99, ms': rounded(percentile(latencies, 0.99)),
});
console.table({ before: row(before), during: row(during), after: row(after) });
console.log(
  JSON.stringify({
    bench: 'prune',
    requests: old,
    othersP99: rounded(percentile(during, 0.99) / percentile(before, 0.99)),
    othersMedian: rounded(percentile(during, 0.5) / percentile(before, 0.5)),
    // Far from 1, and the machine had other things to do: repeat it.
    afterP99: rounded(percentile(after, 0.99) / percentile(before, 0.99)),
    deletedPerSecond: Math.round(pruned.total / pruned.seconds),
    chunks: pruned.chunks,
    heapGrowthMegabytes: megabytes(pruned.peak.heap - pruned.tenth.heap),
    rssGrowthMegabytes: megabytes(pruned.peak.rss - pruned.tenth.rss),
  }),
);

async function installIndexes(on: Connection): Promise<void> {
  const integrations = createIntegrations({
    ...{ connection: on, logger: false, jobs: { enabled: false } },
    encryptionKeys: [{ id: 'bench', secret: Buffer.alloc(32, 7).toString('base64') }],
  });
  await integrations.install();
  await integrations.close();
}

/** As they are logged, about 1 kB each. */
function request(createdAt: Date, index: number) {
  const attempt = { number: 1, startedAt: createdAt, durationMs: 87, statusCode: 200, delayBeforeMs: 0 };
  return {
    _id: new Types.ObjectId(),
    integrationId: integrationIds[index % integrationIds.length],
    ...{ endpoint: '/repos/{owner}/{repo}/issues', method: 'GET', statusCode: 200, idempotencyKey: null },
    requestData: JSON.stringify({ query: { state: 'open', page: index } }),
    responseData: JSON.stringify({ issue: index, body: 'x'.repeat(500) }),
    ...{ providerRequestId: `id-${String(index)}`, error: null, durationMs: 88, retryOfId: null },
    ...{ relatedType: null, relatedId: null, cacheHits: 0, staleHits: 0 },
    attempts: [{ ...attempt, error: null, failureClass: null, providerRequestId: `id-${String(index)}` }],
    ...{ createdAt, updatedAt: createdAt, __v: 0 },
  };
}

async function insertOld(): Promise<void> {
  const from = Date.now() - 200 * dayMs;
  for (let first = 0; first < old; first += atOnce) {
    const documents = Array.from({ length: Math.min(atOnce, old - first) }, (_, offset) =>
      request(new Date(from + ((first + offset) / old) * 100 * dayMs), first + offset),
    );
    await requests.insertMany(documents, { ordered: false, writeConcern: { w: 1, journal: false } });
  }
  // What is left to be written of it would slow down the time before.
  await connection.db?.admin().command({ fsync: 1 });
}

/** Stores requests one by one, at an even rate, until then; the milliseconds from when each was due until it was stored. */
async function write(until: Promise<unknown>): Promise<readonly number[]> {
  const over = new AbortController();
  const end = (): void => over.abort();
  void until.then(end, end);
  const latencies: number[] = [];
  const writes: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; !over.signal.aborted; index += 1) {
    const dueAt = startedAt + (index * 1_000) / perSecond;
    await sleep(Math.max(0, dueAt - performance.now()));
    writes.push(store(index, dueAt, latencies));
  }
  await Promise.all(writes);
  return latencies;
}

async function store(index: number, dueAt: number, latencies: number[]): Promise<void> {
  await requests.insertOne(request(new Date(), index), { writeConcern: { w: 1, journal: true } });
  latencies.push(performance.now() - dueAt);
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN;
}

function megabytes(bytes: number): number {
  return rounded(bytes / 1024 / 1024);
}
