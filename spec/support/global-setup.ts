import mongoose from 'mongoose';
import type { TestProject } from 'vitest/node';
import { compileWorkers } from './compile-workers.js';
import { resolveMongod, startMongo, type ResolvedMongod } from './mongod/index.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that this run's spec files share, each in databases of its own name. */
    mongoUri: string;
    /** What servers of a spec's own are started from. */
    mongod: ResolvedMongod;
    /** Whether transactions and change streams can be had. */
    hasReplicaSet: boolean;
  }
}

/** One server for the whole run, and its workers compiled. A deployment that `MONGODB_URI` names is used as it is. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const mongod = await resolveMongod();
  const mongo = await startMongo({ mongod });
  project.provide('mongod', mongod);
  project.provide('mongoUri', mongo.uri);
  project.provide('hasReplicaSet', mongod.kind === 'binary' || (await isReplicaSet(mongod.uri)));
  const workers = await compileWorkers();
  project.onTestsRerun(workers.renew);
  return async () => {
    await Promise.all([mongo.stop(), workers.remove()]);
  };
}

async function isReplicaSet(uri: string): Promise<boolean> {
  const connection = await mongoose.createConnection(uri, { serverSelectionTimeoutMS: 10_000 }).asPromise();
  try {
    const hello = await connection.getClient().db('admin').command({ hello: 1 });
    // A mongos has transactions and change streams as well.
    return hello.setName !== undefined || hello.msg === 'isdbgrid';
  } finally {
    await connection.close();
  }
}
