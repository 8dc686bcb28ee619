import { Types, type mongo } from 'mongoose';
import { beforeAll, describe, expect, it } from 'vitest';
import { commitVerdict } from '../../../lib/request-log/commit-verdict.js';
import { useDatabase } from '../../support/database.js';

const noConcernError = () => undefined;
const bulk = (facts: object) => ({ name: 'MongoBulkWriteError', ...facts });

describe('commitVerdict', () => {
  const { connection } = useDatabase();
  const documents = () => [{ _id: new Types.ObjectId() }, { _id: new Types.ObjectId() }, { _id: new Types.ObjectId() }];
  let collection: mongo.Collection;
  beforeAll(async () => {
    collection = connection.getClient().db(connection.name).collection('entries');
    await collection.createIndex({ name: 1 }, { unique: true, sparse: true }, {});
  });

  /** What the driver throws. */
  async function thrownBy(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
  }

  it('names the refused documents, and their index, where the server has answered for each', async () => {
    const batch = documents();
    await collection.insertOne({ name: 'taken' });
    await collection.insertOne(batch[0]!);
    const error = await thrownBy(collection.insertMany([...batch, { name: 'taken' }], { ordered: false }));
    expect(commitVerdict(error, 4)).toEqual({
      kind: 'refusals',
      refusals: new Map([
        [0, { code: 11_000, duplicateOf: '_id_' }],
        [3, { code: 11_000, duplicateOf: 'name_1' }],
      ]),
    });
  });

  it('names the index for a document that was sent alone', async () => {
    await collection.insertOne({ name: 'alone' });
    const error = await thrownBy(collection.insertOne({ name: 'alone' }));
    expect(commitVerdict(error, 1)).toEqual({
      kind: 'refusals',
      refusals: new Map([[0, { code: 11_000, duplicateOf: 'name_1' }]]),
    });
  });

  it.each([
    ['a name with a NUL', { 'a\0b': 1 }],
    ['17 MB', { text: 'x'.repeat(17_000_000) }],
  ])('calls a batch refused that the driver cannot send: %s', async (_name, bad) => {
    const many = await thrownBy(collection.insertMany([...documents(), bad], { ordered: false }));
    expect(commitVerdict(many, 4)).toMatchObject({ kind: 'refused', refusal: { duplicateOf: null } });
    const alone = await thrownBy(collection.insertOne(bad));
    expect(commitVerdict(alone, 1).kind).toBe('refused');
  });

  it('calls a batch refused where the server refuses the command', async () => {
    const badCollection = connection.getClient().db(connection.name).collection('$bad');
    const error = await thrownBy(badCollection.insertMany(documents(), { ordered: false }));
    expect(commitVerdict(error, 3)).toEqual({ kind: 'refused', refusal: { code: 73, duplicateOf: null } });
  });

  it('does not take a bulk error without faults for a success of the others', () => {
    const lost = bulk({ writeErrors: [], result: { insertedCount: 0, getWriteConcernError: noConcernError } });
    expect(commitVerdict(lost, 3)).toEqual({ kind: 'uncertain' });
  });

  it.each([
    ['some are not accounted for', { insertedCount: 1, getWriteConcernError: noConcernError }, 121],
    ['the write concern failed', { insertedCount: 2, getWriteConcernError: () => ({ code: 64 }) }, 121],
    ['the server was shutting down', { insertedCount: 2, getWriteConcernError: noConcernError }, 91],
  ])('takes faults for no evidence where %s', (_name, result, code) => {
    const error = bulk({ writeErrors: [{ index: 0, code }], result });
    expect(commitVerdict(error, 3)).toEqual({ kind: 'uncertain' });
  });

  it.each([
    { name: 'MongoNetworkError' },
    { name: 'Error', code: 'EPIPE' },
    { name: 'MongoServerSelectionError' },
    { name: 'MongoNotConnectedError' },
    { name: 'MongooseError', message: 'Operation `a.insertOne()` buffering timed out after 10000ms' },
    { name: 'MongoServerError', code: 10_107 },
    { name: 'MongoServerError', code: 1, hasErrorLabel: (label: string) => label === 'RetryableWriteError' },
    bulk({ code: 'ECONNREFUSED', errorResponse: { name: 'MongoServerSelectionError' } }),
  ])('calls it uncertain while the database is away: %j', (error) => {
    expect(commitVerdict(error, 1)).toEqual({ kind: 'uncertain' });
    expect(commitVerdict(error, 3)).toEqual({ kind: 'uncertain' });
  });

  it('does not repeat for ever what the driver cannot encode, however it reports that', () => {
    expect(commitVerdict(bulk({ writeErrors: [], errorResponse: { name: 'BSONError' } }), 3).kind).toBe('refused');
  });

  it.each([new TypeError('x'), 'text', null, undefined])('calls all else refused: %s', (error) => {
    expect(commitVerdict(error, 3)).toEqual({ kind: 'refused', refusal: { code: null, duplicateOf: null } });
  });
});
