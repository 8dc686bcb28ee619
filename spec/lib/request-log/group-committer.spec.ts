import mongoose, { Types, type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CommitCollection } from '../../../lib/request-log/batch-store.js';
import { createGroupCommitter, type GroupCommitterOptions } from '../../../lib/request-log/group-committer.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import { useDatabase } from '../../support/database.js';
import { startMongoProxy, type MongoProxy } from '../../support/mongo-proxy.js';
import { observe } from './observed-collection.js';
import { waitFor } from '../../support/wait-for.js';

interface Entry {
  _id: Types.ObjectId;
  n: number;
  [field: string]: unknown;
}

const writeConcern = { w: 1, j: true };
const entry = (n: number, fields: Record<string, unknown> = {}): Entry => ({ _id: new Types.ObjectId(), n, ...fields });
const entries = (count: number) => Array.from({ length: count }, (_, n) => entry(n));
const numbers = (documents: readonly Entry[]) => documents.map(({ n }) => n);
const refusal = (details: unknown): unknown => expect.objectContaining({ code: 'RECORD_NOT_STORED', details });

function createCommitter(collection: CommitCollection<Entry>, options: Partial<GroupCommitterOptions<Entry>> = {}) {
  const losses: [count: number, reason: string][] = [];
  const committer = createGroupCommitter<Entry>({
    collection: () => collection,
    writeConcern,
    sizeOf: () => 100,
    onLost: (count, reason) => losses.push([count, reason]),
    ...options,
  });
  return { ...committer, losses };
}

describe('createGroupCommitter', () => {
  const { connection } = useDatabase();
  const fresh = () => connection.collection<Entry>(`entries_${new Types.ObjectId().toHexString()}`);
  const storedIn = (collection: ReturnType<typeof fresh>) => collection.find().sort({ n: 1 }).toArray();

  it('stores what many callers add, each document once, in few commits', async () => {
    const collection = fresh();
    const observed = observe<Entry>(collection);
    const { add, stats } = createCommitter(observed);
    const all = entries(2000);
    const waiting = [...all];
    const caller = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await add(next);
    };
    await Promise.all(Array.from({ length: 64 }, caller));
    expect(await storedIn(collection)).toEqual(all);
    expect(observed.commits.length).toBeLessThan(500);
    expect(stats()).toEqual({ stored: 2000, pending: 0, lost: 0 });
  });

  it('sends a lone document by itself, at once', async () => {
    const observed = observe<Entry>(fresh());
    const { add } = createCommitter(observed);
    const added = add(entry(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(observed.commits).toHaveLength(1);
    await added;
  });

  it('has no more commits under way than it may, and puts what comes meanwhile into the next ones', async () => {
    const observed = observe<Entry>(fresh());
    const { add } = createCommitter(observed, { maxInFlight: 2 });
    const open = observed.hold();
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const added: Promise<void>[] = [];
    for (const one of entries(10)) {
      added.push(add(one));
      await turn();
    }
    expect(observed.commits.map(numbers)).toEqual([[0], [1]]);
    open();
    await Promise.all(added);
    expect(observed.peak()).toBe(2);
    expect(observed.commits.map(numbers)).toEqual([[0], [1], [2, 3, 4, 5, 6, 7, 8, 9]]);
  });

  it('sends in the order of arrival, in batches that are limited by number', async () => {
    const observed = observe<Entry>(fresh());
    const { add } = createCommitter(observed, { maxBatch: 4 });
    await Promise.all(entries(10).map(add));
    expect(observed.commits.map(numbers)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });

  it('limits batches by size, a single large document excepted', async () => {
    const observed = observe<Entry>(fresh());
    const sizes = [10, 10, 90, 200, 10];
    const { add } = createCommitter(observed, { maxBatchBytes: 100, sizeOf: ({ n }) => sizes[n] ?? 0 });
    await Promise.all(entries(5).map(add));
    expect(observed.commits.map(numbers)).toEqual([[0, 1], [2], [3], [4]]);
  });

  it('refuses bad documents and stores the good ones beside them', async () => {
    const collection = fresh();
    await collection.createIndex({ name: 1 }, { unique: true, sparse: true }, {});
    const taken = entry(0, { name: 'taken' });
    await collection.insertOne(taken);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const bad = {
      nul: entry(-1, { 'a\0b': 's3cret' }),
      cycle: entry(-1, { cycle }),
      large: entry(-1, { text: 'x'.repeat(17_000_000) }),
      name: entry(-1, { name: 'taken' }),
      id: { ...entry(-1), _id: taken._id },
    };
    const { add, stats, losses } = createCommitter(collection);
    const good = entries(200);
    const mixed = good.flatMap((one, index) => [
      one,
      ...(index % 40 === 20 ? [Object.values(bad)[(index - 20) / 40]!] : []),
    ]);
    const outcomes = new Map(mixed.map((one) => [one, add(one)]));
    await Promise.allSettled(outcomes.values());
    expect(numbers((await storedIn(collection)).slice(1))).toEqual(numbers(good));
    const client = { reason: 'refused', code: null, duplicateOf: null };
    await expect(outcomes.get(bad.nul)).rejects.toEqual(refusal(client));
    await expect(outcomes.get(bad.cycle)).rejects.toEqual(refusal(client));
    await expect(outcomes.get(bad.large)).rejects.toEqual(refusal(expect.objectContaining({ reason: 'refused' })));
    await expect(outcomes.get(bad.name)).rejects.toEqual(refusal({ ...client, code: 11_000, duplicateOf: 'name_1' }));
    await expect(outcomes.get(bad.id)).rejects.toEqual(refusal({ ...client, code: 11_000, duplicateOf: '_id_' }));
    expect(stats()).toEqual({ stored: 200, pending: 0, lost: 5 });
    expect(losses).toEqual(Array.from({ length: 5 }, () => [1, 'refused']));
  });

  it('does not even send what no server takes', async () => {
    const observed = observe<Entry>(fresh());
    const { add } = createCommitter(observed, { sizeOf: () => 16 * 1024 * 1024 + 1, maxPendingBytes: Infinity });
    await expect(add(entry(1))).rejects.toEqual(refusal({ reason: 'refused' }));
    expect(observed.commits).toEqual([]);
  });

  it.each([
    ['number', { maxPending: 5 }],
    ['size', { maxPendingBytes: 500 }],
  ])('keeps what is pending within a limit of %s: more is lost, counted and reported', async (_name, limit) => {
    const collection = fresh();
    const observed = observe<Entry>(collection);
    const { add, stats, losses } = createCommitter(observed, limit);
    const open = observed.hold();
    const outcomes = entries(8).map(add);
    await expect(outcomes[5]).rejects.toEqual(refusal({ reason: 'overflow' }));
    expect(stats()).toEqual({ stored: 0, pending: 5, lost: 3 });
    expect(losses).toEqual([
      [1, 'overflow'],
      [1, 'overflow'],
      [1, 'overflow'],
    ]);
    open();
    await Promise.allSettled(outcomes);
    expect(numbers(await storedIn(collection))).toEqual([0, 1, 2, 3, 4]);
    await add(entry(9));
    expect(stats()).toEqual({ stored: 6, pending: 0, lost: 3 });
  });

  it('flushes: resolves when everything is stored', async () => {
    const collection = fresh();
    const { add, flush } = createCommitter(collection, { maxBatch: 10 });
    const outcomes = entries(100).map(add);
    await flush({ timeoutMs: 20_000 });
    expect(await storedIn(collection)).toHaveLength(100);
    await Promise.all(outcomes);
    await flush({ timeoutMs: 20_000 });
  });

  it('flushes: gives up and reports what is not stored in time, and goes on', async () => {
    const observed = observe<Entry>(fresh());
    const { add, flush, stats, losses } = createCommitter(observed, { maxInFlight: 1, maxBatch: 2 });
    const open = observed.hold();
    const outcomes = Promise.allSettled(entries(5).map(add));
    await flush({ timeoutMs: 20 });
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && (outcome.reason as unknown))).toEqual(
      Array.from({ length: 5 }, () => refusal({ reason: 'stopped' })),
    );
    expect(losses).toEqual([[5, 'stopped']]);
    open();
    await add(entry(9));
    expect(stats()).toEqual({ stored: 1, pending: 0, lost: 5 });
    // The two that were under way may have been stored; the three that waited were not sent any more.
    expect(observed.commits.map(numbers)).toEqual([[0, 1], [9]]);
  });

  describe('while the database is away', () => {
    const away = () => {
      throw Object.assign(new Error('connection closed'), { name: 'MongoNetworkError' });
    };

    it('gives up after the deadline', async () => {
      const { add, losses } = createCommitter(fresh(), { collection: away, retryDeadlineMs: 120 });
      await expect(add(entry(1))).rejects.toEqual(refusal({ reason: 'deadline' }));
      expect(losses).toEqual([[1, 'deadline']]);
    });

    it('tries again without keeping the process alive', async () => {
      const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      const before = timers();
      const collection = vi.fn(away);
      const { add, flush } = createCommitter(fresh(), { collection });
      const outcome = add(entry(1)).catch((error: unknown) => error);
      await waitFor(() => expect(collection).toHaveBeenCalledTimes(3));
      // One of them is the test's own.
      expect(timers()).toBeLessThanOrEqual(before + 1);
      await flush({ timeoutMs: 0 });
      expect(await outcome).toEqual(refusal({ reason: 'stopped' }));
    });
  });
});

describe('createGroupCommitter behind a network that loses replies', () => {
  const database = useDatabase();
  let proxy: MongoProxy;
  let connection: Connection;
  beforeAll(async () => {
    proxy = await startMongoProxy(database.uri);
    connection = await mongoose.createConnection(proxy.uri, { directConnection: true }).asPromise();
  });
  afterAll(async () => {
    await connection.close();
    await proxy.stop();
  });

  it.each([
    ['batches', 50],
    ['lone documents', 1],
  ])('recognises its own documents when it repeats: %s', async (_name, atOnce) => {
    const collection = connection.collection<Entry>(`entries_${atOnce}`);
    const { add, stats } = createCommitter(collection);
    const lostBefore = proxy.lost();
    const all = entries(10 * atOnce);
    for (let round = 0; round < 10; round += 1) {
      if (round % 3 === 0) proxy.loseReplies({ to: 'insert', count: 2 });
      await Promise.all(all.slice(round * atOnce, (round + 1) * atOnce).map(add));
    }
    expect(proxy.lost() - lostBefore).toBeGreaterThanOrEqual(4);
    expect(await database.connection.collection(collection.collectionName).find().sort({ n: 1 }).toArray()).toEqual(
      all,
    );
    expect(stats()).toEqual({ stored: all.length, pending: 0, lost: 0 });
  });
});

describeWithOwnMongod('createGroupCommitter when the server is killed', () => {
  const mongod = useCrashableMongod();

  it('loses nothing that it acknowledged, doubles nothing, and stores what was waiting', async () => {
    const connection = await mongoose
      .createConnection(mongod.uri, { dbName: 'crash', serverSelectionTimeoutMS: 1000, heartbeatFrequencyMS: 500 })
      .asPromise();
    const collection = connection.collection<Entry>('entries');
    const { add, stats } = createCommitter(collection);
    const all = entries(3000);
    const waiting = [...all];
    const caller = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await add(next);
    };
    const callers = Promise.all(Array.from({ length: 64 }, caller));
    for (const share of [500, 1500]) {
      await waitFor(() => expect(stats().stored).toBeGreaterThan(share), { timeout: 10_000, interval: 1 });
      await mongod.crash();
      expect(stats().pending).toBeGreaterThan(0);
      await mongod.start();
    }
    await callers;
    expect(await collection.find().sort({ n: 1 }).toArray()).toEqual(all);
    expect(stats()).toEqual({ stored: 3000, pending: 0, lost: 0 });
    await connection.close();
  }, 60_000);
});
