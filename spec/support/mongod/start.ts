import { MongoMemoryReplSet, MongoMemoryServer } from 'mongodb-memory-server-core';
import { resolveMongod } from './resolve.js';
import type { ResolvedMongod } from './types.js';

const LAUNCH_TIMEOUT_MS = 60_000;

/** Options of {@link startMongo}. */
export interface StartMongoOptions {
  /** Start a replica set of one node: transactions and change streams need it. */
  readonly replicaSet?: boolean;
  /** Where the data lives: kept by `stop()`. By default a temporary folder, removed by `stop()`. */
  readonly dbPath?: string;
  /** The exact port to listen on: a free one by default. */
  readonly port?: number;
  /** What {@link resolveMongod} found: resolved here when absent. */
  readonly mongod?: ResolvedMongod;
}

/** A MongoDB that can be worked with. */
export interface RunningMongo {
  readonly uri: string;
  /** The server's process id: absent where the deployment is not ours. */
  readonly pid?: number;
  /** Stops the server; does nothing to a deployment that is not ours. */
  readonly stop: () => Promise<void>;
}

/** Starts a MongoDB server with wiredTiger, or returns the deployment that `MONGODB_URI` names as it is. */
export async function startMongo(options: StartMongoOptions = {}): Promise<RunningMongo> {
  const mongod = options.mongod ?? (await resolveMongod());
  if (mongod.kind === 'uri') return { uri: mongod.uri, stop: () => Promise.resolve() };
  // The version is passed because the starter compares it with the binary's own, and warns.
  const binary = { systemBinary: mongod.path, version: mongod.version };
  return options.replicaSet === true ? startReplicaSet(binary, options) : startStandalone(binary, options);
}

interface Binary {
  readonly systemBinary: string;
  readonly version: string;
}

async function startStandalone(binary: Binary, options: StartMongoOptions): Promise<RunningMongo> {
  const instance = { ...instanceOptions(options), storageEngine: 'wiredTiger' } as const;
  const server = await MongoMemoryServer.create({ binary, instance });
  return running(server.getUri(), server, server);
}

async function startReplicaSet(binary: Binary, options: StartMongoOptions): Promise<RunningMongo> {
  const replSet = { count: 1, storageEngine: 'wiredTiger' } as const;
  const set = await MongoMemoryReplSet.create({ binary, replSet, instanceOpts: [instanceOptions(options)] });
  return running(set.getUri(), set, set.servers[0]);
}

function instanceOptions({ dbPath, port }: StartMongoOptions) {
  return {
    launchTimeout: LAUNCH_TIMEOUT_MS,
    ...(dbPath !== undefined && { dbPath }),
    // Without this the starter quietly takes another port when the wanted one is busy.
    ...(port !== undefined && { port, portGeneration: false }),
  };
}

interface Stoppable {
  stop(): Promise<boolean>;
}

function running(uri: string, stoppable: Stoppable, server: MongoMemoryServer | undefined): RunningMongo {
  const pid = server?.instanceInfo?.instance.mongodProcess?.pid;
  const stop = async () => {
    await stoppable.stop();
  };
  return { uri, ...(pid !== undefined && { pid }), stop };
}
