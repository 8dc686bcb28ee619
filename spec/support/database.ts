/**
 * A database for a spec file: of its own name, on the server that the run shares, dropped afterwards.
 *
 *     const database = useDatabase(); // at the top of the file or of a describe
 *     const { connection } = database; // a mongoose connection: open once the tests run
 *     database.uri; // for a child process or a second connection
 *
 *     describeWithReplicaSet('in a transaction', () => {
 *       const { connection } = useReplicaSetDatabase(); // a single-node replica set of this suite's own
 *     });
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import mongoose, { type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { startMongo } from './mongod/index.js';
import { withDatabaseName } from './mongo-uri.js';

const START_TIMEOUT_MS = 90_000;

/** What {@link useDatabase} gives a spec file. */
export interface Database {
  readonly name: string;
  /** Opened before the tests and closed after them. */
  readonly connection: Connection;
  /** With the database's name: known once the tests run. */
  readonly uri: string;
}

/** Gives the spec file, or the suite, a database of its own on the shared server. */
export function useDatabase(): Database {
  return openBeforeTests(() => Promise.resolve({ uri: inject('mongoUri'), stop: () => Promise.resolve() }));
}

/** Gives the suite a database on a replica set: for transactions and change streams. */
export function useReplicaSetDatabase(): Database {
  return openBeforeTests(() => startMongo({ mongod: inject('mongod'), replicaSet: true }));
}

/** A suite that needs a replica set: skipped, by its name, where `MONGODB_URI` names a standalone server. */
export const describeWithReplicaSet = describe.skipIf(!inject('hasReplicaSet'));

interface Server {
  readonly uri: string;
  readonly stop: () => Promise<void>;
}

function openBeforeTests(start: () => Promise<Server>): Database {
  const name = databaseName();
  const connection = mongoose.createConnection();
  let server: Server | undefined;
  const uri = () => {
    if (server === undefined) throw new Error('The database is not there yet: use it in a hook or a test');
    return withDatabaseName(server.uri, name);
  };
  beforeAll(async () => {
    server = await start();
    await connection.openUri(uri());
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await connection.close();
    if (server === undefined) return;
    await dropDatabase(uri());
    await server.stop();
  }, START_TIMEOUT_MS);
  return {
    name,
    connection,
    get uri() {
      return uri();
    },
  };
}

/** By a connection of its own: a spec may have closed the other one, or dropped its client's server. */
async function dropDatabase(uri: string): Promise<void> {
  const connection = await mongoose.createConnection(uri).asPromise();
  await connection.dropDatabase();
  await connection.close();
}

/** Names the spec file for whoever looks at the server; at most 63 bytes, as MongoDB wants. */
function databaseName(): string {
  const file = basename(expect.getState().testPath ?? 'spec').replace(/\.spec\.ts$/, '');
  return `spec_${file.replaceAll(/[^\w-]/g, '_').slice(0, 40)}_${randomBytes(6).toString('hex')}`;
}
