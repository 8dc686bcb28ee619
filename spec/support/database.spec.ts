import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { CrashableMongod, describeWithOwnMongod, useCrashableMongod } from './crashable-mongod.js';
import { describeWithReplicaSet, useDatabase, useReplicaSetDatabase } from './database.js';
import { withDatabaseName } from './mongo-uri.js';

describe('useDatabase', () => {
  const first = useDatabase();
  const second = useDatabase();

  it('gives each caller a database that no other caller sees', async () => {
    await first.connection.collection('things').insertOne({ n: 1 });
    expect(await second.connection.collection('things').countDocuments()).toBe(0);
    expect(first.connection.name).toBe(first.name);
    expect(first.name).toMatch(/^spec_database_[0-9a-f]{12}$/);
    expect(first.uri).toContain(first.name);
  });
});

describeWithReplicaSet('useReplicaSetDatabase', () => {
  const { connection } = useReplicaSetDatabase();

  it('runs transactions', async () => {
    const things = connection.collection('things');
    const aborted = connection.transaction(async (session) => {
      await things.insertOne({ n: 1 }, { session });
      throw new Error('changed my mind');
    });
    await expect(aborted).rejects.toThrow('changed my mind');
    expect(await things.countDocuments()).toBe(0);
  });
});

describeWithOwnMongod('useCrashableMongod', () => {
  const mongod = useCrashableMongod();

  it('keeps data and address over a crash', async () => {
    const before = mongod.uri;
    const connection = await mongoose.createConnection(mongod.uri, { serverSelectionTimeoutMS: 5000 }).asPromise();
    await connection.collection('things').insertOne({ n: 1 }, { writeConcern: { w: 1, journal: true } });
    await mongod.crash();
    await expect(connection.getClient().db().command({ ping: 1 })).rejects.toThrow();
    await mongod.start();
    expect(mongod.uri).toBe(before);
    expect(await connection.collection('things').countDocuments()).toBe(1);
    await connection.close();
  });

  it('may be stopped twice', async () => {
    const another = await CrashableMongod.create();
    await another.stop();
    await another.remove();
  });
});

describe('withDatabaseName', () => {
  it.each([
    ['mongodb://127.0.0.1:1/', 'mongodb://127.0.0.1:1/x'],
    ['mongodb://127.0.0.1:1', 'mongodb://127.0.0.1:1/x'],
    ['mongodb://a:1,b:2/old?replicaSet=rs', 'mongodb://a:1,b:2/x?replicaSet=rs'],
    ['mongodb+srv://u:p@host/app', 'mongodb+srv://u:p@host/x?authSource=app'],
    ['mongodb://u:p@host/?authSource=them', 'mongodb://u:p@host/x?authSource=them'],
  ])('turns %s into %s', (uri, expected) => {
    expect(withDatabaseName(uri, 'x')).toBe(expected);
  });
});
