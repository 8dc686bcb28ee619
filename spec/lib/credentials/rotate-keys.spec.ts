import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Types } from 'mongoose';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKeyRing } from '../../../lib/credentials/key-ring.js';
import { rotateKeys } from '../../../lib/credentials/rotate-keys.js';
import { useDatabase } from '../../support/database.js';
import { createFixture, newKey, openFixture, token } from '../integration-store/store-fixture.js';

const [oldKey, newerKey] = [newKey('old'), newKey('new')];
const keys = [newerKey, oldKey];

const database = useDatabase();
const { models, install } = openFixture(database.connection, [oldKey]);
const { collection } = models.Integration;
const before = createFixture(models, [oldKey]);
const after = createFixture(models, keys);
const onlyNew = createFixture(models, [newerKey]);
const rotation = { model: models.Integration, kept: [], keyRing: createKeyRing(keys) };

beforeAll(install);
beforeEach(async () => {
  await collection.deleteMany({});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** For the first ones of as many as a test makes. */
type Ids = [Types.ObjectId, Types.ObjectId, Types.ObjectId];

/** Integrations with credentials and tokens, each its own. */
async function create(count: number): Promise<Ids> {
  const { store, sealer } = before;
  const ids: Types.ObjectId[] = [];
  for (let n = 0; n < count; n += 1) {
    const { _id } = await store.create({
      provider: 'acme',
      name: String(n),
      credentials: { token: `${token}${String(n)}` },
    });
    const { sealed } = await sealer.seal({
      integrationId: _id,
      field: 'tokens',
      value: { accessToken: `at-${String(n)}` },
    });
    await models.Integration.updateOne({ _id }, { tokens: sealed });
    ids.push(_id);
  }
  return ids as Ids;
}

async function readAll({ store, values } = onlyNew): Promise<object[]> {
  return Promise.all((await store.list({ limit: 1_000 })).map((integration) => values.credentialsArray(integration)));
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    token: `${token}${String(n)}`,
    region: 'eu',
    accessToken: `at-${String(n)}`,
  }));

/** Does something between the reading and the writing of the first batch. */
function beforeFirstWrite(interfere: () => Promise<unknown>): void {
  const bulkWrite = collection.bulkWrite.bind(collection);
  vi.spyOn(collection, 'bulkWrite').mockImplementationOnce(async (...parameters) => {
    await interfere();
    return bulkWrite(...parameters);
  });
}

describe('rotateKeys', () => {
  it('seals everything with the current key, and changes nothing else', async () => {
    await create(25);
    const old = await collection.find().toArray();
    const progress: unknown[] = [];
    const result = await rotateKeys({ ...rotation, batchSize: 10, onProgress: (facts) => progress.push(facts) });
    expect(result).toEqual({ resealed: 25, failed: [], remaining: 0 });
    expect(progress).toEqual([10, 20, 25].map((resealed) => ({ resealed, failed: 0 })));
    expect(await readAll()).toEqual(numbered(25));
    const now = await collection.find().toArray();
    expect(now).toEqual(
      old.map((document) => ({
        ...document,
        credentials: expect.any(String),
        tokens: expect.any(String),
        sealedWith: ['new'],
      })),
    );
  });

  it('has nothing to do the second time', async () => {
    await create(3);
    await rotateKeys(rotation);
    const sealed = await collection.find().toArray();
    expect(await rotateKeys(rotation)).toEqual({ resealed: 0, failed: [], remaining: 0 });
    expect(await collection.find().toArray()).toEqual(sealed);
  });

  it('takes integrations that have one field only, or two keys', async () => {
    const [both, bare] = await create(2);
    await models.Integration.updateOne({ _id: bare }, { tokens: null });
    const third = createFixture(models, [newKey('third')]);
    await third.store.create({ provider: 'acme', name: 'Other', credentials: { token } });
    await after.store.update(both, { credentials: { token: `${token}0` } });
    expect(await collection.distinct('sealedWith')).toEqual(['new', 'old', 'third']);
    expect(await rotateKeys({ ...rotation, batchSize: 1 })).toMatchObject({ resealed: 2, remaining: 1 });
    expect(await collection.findOne({ _id: bare })).toMatchObject({ tokens: null, sealedWith: ['new'] });
  });

  it('reports what it cannot open, once, and leaves it as it is', async () => {
    const [swapped, swappedWith, missing] = await create(5);
    const other = await collection.findOne({ _id: swappedWith });
    await models.Integration.updateOne({ _id: swapped }, { tokens: other?.tokens as string });
    const lost = await createFixture(models, [newKey('lost')]).sealer.seal({
      integrationId: missing,
      field: 'tokens',
      value: {},
    });
    await models.Integration.updateOne({ _id: missing }, { tokens: lost.sealed, sealedWith: ['old', 'lost'] });
    const untouched = await collection.find({ _id: { $in: [swapped, missing] } }).toArray();
    expect(await rotateKeys({ ...rotation, batchSize: 2 })).toEqual({
      resealed: 3,
      failed: expect.arrayContaining([
        { kind: 'integration', id: String(swapped), code: 'CREDENTIALS_UNDECRYPTABLE' },
        { kind: 'integration', id: String(missing), code: 'ENCRYPTION_KEY_MISSING' },
      ]),
      remaining: 2,
    });
    expect((await rotateKeys(rotation)).failed).toHaveLength(2);
    expect(await collection.find({ _id: { $in: [swapped, missing] } }).toArray()).toEqual(untouched);
  });

  it('ends between two batches when it is aborted, and the next one finishes', async () => {
    await create(9);
    const controller = new AbortController();
    const aborted = { ...rotation, batchSize: 4, signal: controller.signal, onProgress: () => controller.abort() };
    expect(await rotateKeys(aborted)).toEqual({ resealed: 4, failed: [], remaining: 5 });
    expect(await rotateKeys(rotation)).toEqual({ resealed: 5, failed: [], remaining: 0 });
  });

  it('finishes what a killed process began', async () => {
    await create(100);
    const script = fileURLToPath(new URL('rotate-keys-child.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, database.uri, JSON.stringify(keys)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await collection.countDocuments({ sealedWith: 'new' })).toBe(30);
    expect(await readAll(after)).toEqual(numbered(100));
    expect(await rotateKeys(rotation)).toEqual({ resealed: 70, failed: [], remaining: 0 });
    expect(await readAll()).toEqual(numbered(100));
  });

  it('may run twice at once', async () => {
    await create(60);
    const results = await Promise.all([1, 2].map(() => rotateKeys({ ...rotation, batchSize: 7 })));
    expect(results).toMatchObject([
      { failed: [], remaining: 0 },
      { failed: [], remaining: 0 },
    ]);
    expect(results.reduce((sum, { resealed }) => sum + resealed, 0)).toBe(60);
    expect(await readAll()).toEqual(numbered(60));
  });

  it.each([
    ['the current key', after],
    ['an old key, by a process that was not updated yet', before],
  ])('keeps credentials that are entered meanwhile with %s', async (_name, writer) => {
    const [changed] = await create(3);
    beforeFirstWrite(() => writer.store.update(changed, { credentials: { token: 'tok_meanwhile' } }));
    expect(await rotateKeys(rotation)).toEqual({ resealed: 3, failed: [], remaining: 0 });
    const expected = numbered(3).with(0, { token: 'tok_meanwhile', region: 'eu', accessToken: 'at-0' });
    expect(await readAll()).toEqual(expected);
  });

  it('keeps tokens that are refreshed meanwhile', async () => {
    const [changed] = await create(2);
    beforeFirstWrite(async () => {
      const value = { accessToken: 'at-refreshed' };
      const { sealed } = await before.sealer.seal({ integrationId: changed, field: 'tokens', value });
      await models.Integration.updateOne(
        { _id: changed },
        { $set: { tokens: sealed }, $inc: { credentialVersion: 1 } },
      );
    });
    expect(await rotateKeys(rotation)).toEqual({ resealed: 2, failed: [], remaining: 0 });
    expect(await readAll()).toMatchObject([{ accessToken: 'at-refreshed' }, { accessToken: 'at-1' }]);
  });

  it('skips what is deleted meanwhile', async () => {
    const [deleted] = await create(2);
    beforeFirstWrite(() => after.store.delete(deleted));
    expect(await rotateKeys(rotation)).toEqual({ resealed: 1, failed: [], remaining: 0 });
  });

  it.each([0, -1, 1.5])('refuses batches of %d', async (batchSize) => {
    await expect(rotateKeys({ ...rotation, batchSize })).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });

  it('looks at nothing but what is left to do', async () => {
    const sealed = Array.from({ length: 500 }, (_, n) => ({ sealedWith: [n < 20 ? 'old' : 'new'], name: String(n) }));
    await collection.insertMany(sealed);
    const after10 = await collection.find({ sealedWith: 'old' }).sort({ _id: 1 }).skip(9).next();
    const page = collection
      .find({ sealedWith: 'old', _id: { $gt: after10!._id } })
      .sort({ _id: 1 })
      .limit(5);
    const stale = collection.find({ sealedWith: { $elemMatch: { $ne: 'new' } } });
    const examined = async (cursor: typeof page) => {
      const { executionStats } = (await cursor.explain('executionStats')) as { executionStats: Record<string, number> };
      return [executionStats.totalDocsExamined, executionStats.nReturned];
    };
    expect(await examined(page)).toEqual([5, 5]);
    expect(await examined(stale)).toEqual([20, 20]);
    const explain = { distinct: collection.collectionName, key: 'sealedWith' };
    const distinct = await database.connection.db?.command({ explain, verbosity: 'executionStats' });
    expect(distinct).toMatchObject({ executionStats: { totalDocsExamined: 0, totalKeysExamined: 2 } });
  });
});
