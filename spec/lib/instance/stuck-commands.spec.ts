import mongoose, { type Connection } from 'mongoose';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStuckCommands, stuckSockets } from '../../../lib/instance/stuck-commands.js';
import { useDatabase } from '../../support/database.js';
import { startMongoProxy, type MongoProxy } from '../../support/mongo-proxy.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
let proxy: MongoProxy;
let connection: Connection;

beforeAll(async () => {
  proxy = await startMongoProxy(database.uri);
  const patience = { serverSelectionTimeoutMS: 1_000, heartbeatFrequencyMS: 500, directConnection: true };
  connection = await mongoose.createConnection(proxy.uri, patience).asPromise();
});
afterAll(async () => {
  await connection.close();
  await proxy.stop();
});

/** Writes in each turn of the event loop around the one in which idle connections end. */
async function writeWhileConnectionsEnd(): Promise<Promise<unknown>[]> {
  const collection = connection.collection('entries');
  await Promise.all(Array.from({ length: 10 }, () => collection.insertOne({})));
  proxy.cut();
  const writes: Promise<unknown>[] = [];
  for (let index = 0; index < 10; index += 1) {
    writes.push(collection.insertOne({}).catch((error: unknown) => error));
    await turn();
  }
  proxy.restore();
  return writes;
}

it('commands that wait for a connection that has ended fail soon, and give back their place in the pool', async () => {
  const commands: Promise<unknown>[] = [];
  // When this cannot be provoked any more, the driver has been mended: what is tested here can go.
  await waitFor(
    async () => {
      commands.push(...(await writeWhileConnectionsEnd()));
      expect(stuckSockets(connection).length).toBeGreaterThan(0);
    },
    { timeout: 30_000 },
  );
  const stuckCommands = createStuckCommands(connection);
  stuckCommands.start();
  await Promise.all(commands);
  stuckCommands.stop();
  expect(stuckSockets(connection)).toEqual([]);
}, 40_000);

it('nothing is found on a connection that was never opened', () => {
  expect(stuckSockets(mongoose.createConnection())).toEqual([]);
});
