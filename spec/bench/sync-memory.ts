import mongoose from 'mongoose';
import { startMongo } from '../support/mongod/index.js';
import { withDatabaseName } from '../support/mongo-uri.js';
import { rounded } from './measure.js';
import { startScript } from './start-script.js';

export interface SyncMemory {
  readonly bench: 'sync-memory';
  readonly items: number;
  /** Peak memory for all of them, against a tenth of them. */
  readonly ratio: number;
}

/** The peak memory of processes that list and handle items, each begun for it. */
export async function measureMemory(items: number): Promise<SyncMemory> {
  const mongo = await startMongo();
  const uri = withDatabaseName(mongo.uri, 'bench_sync_memory');
  const few = await peakMegabytes(uri, items / 10);
  const many = await peakMegabytes(uri, items);
  await mongo.stop();
  console.table({
    [`${String(items / 10)} items`]: { 'peak memory, MB': rounded(few) },
    [`${String(items)} items`]: { 'peak memory, MB': rounded(many) },
  });
  return { bench: 'sync-memory', items, ratio: rounded(many / few) };
}

async function peakMegabytes(uri: string, items: number): Promise<number> {
  const worker = await startScript('sync-worker.ts', { uri });
  const answer = (await worker.ask({ items })) as { readonly succeeded: number; readonly peakMegabytes: number };
  await worker.end();
  if (answer.succeeded !== items) throw new Error(`${String(answer.succeeded)} of ${String(items)} items were done.`);
  const connection = await mongoose.createConnection(uri).asPromise();
  await connection.dropDatabase();
  await connection.close();
  return answer.peakMegabytes;
}
