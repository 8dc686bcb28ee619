import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { documentMethods } from '../../lib/instance/document-methods.js';
import type { IntegrationDocument, IntegrationFields } from '../../schemas/integration.js';
import { compileModels } from '../../schemas/models.js';
import { isSealed, sealedFields } from '../../schemas/sealed-fields.js';
import { useDatabase } from '../support/database.js';

const { connection } = useDatabase();
const { Integration, IntegrationLog } = compileModels(
  connection,
  'integration',
  documentMethods(() => {
    throw new Error('These documents are not part of an instance');
  }),
).models;

const jwe = 'eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVydGV4dA.dGFn';
const otherJwe = 'eyJhbGciOiJkaXIifQ..aXY.b3RoZXI.dGFn';
const clear = 'tok_4f1c9a7e';
const fields = { provider: 'acme', name: 'Acme' };

let stored: IntegrationDocument;

beforeEach(async () => {
  await Integration.deleteMany();
  stored = await Integration.create({ ...fields, credentials: jwe, tokens: jwe });
});

describe('isSealed', () => {
  it.each([jwe, 'a..b.c.d', 'a..b..d', null])('takes %j', (value) => {
    expect(isSealed(value)).toBe(true);
  });

  it.each(['', 'clear', 'a.b.c.d.e', 'a..b.c', 'a..b.c.d.e', 'a..b.c.d\n', `${jwe} `, {}, [jwe], 7, undefined])(
    'refuses %j',
    (value) => {
      expect(isSealed(value)).toBe(false);
    },
  );
});

/** Ways to write `value` into `field`; typed as careless code is. */
type Way = (field: 'credentials' | 'tokens', value: unknown) => unknown;

const set = (field: string, value: unknown): Partial<IntegrationFields> => ({ [field]: value });
const byId = () => ({ _id: stored._id });
const pipeline = { updatePipeline: true };

const creating: Record<string, Way> = {
  'create()': (field, value) => Integration.create({ ...fields, ...set(field, value) }),
  'create() of several': (field, value) => Integration.create([{ ...fields, ...set(field, value) }]),
  'insertOne()': (field, value) => Integration.insertOne({ ...fields, ...set(field, value) }),
  'save()': (field, value) => new Integration({ ...fields, ...set(field, value) }).save(),
  'save() without validation': (field, value) =>
    new Integration({ ...fields, ...set(field, value) }).save({ validateBeforeSave: false }),
  'insertMany()': (field, value) => Integration.insertMany([{ ...fields, ...set(field, value) }]),
  'insertMany() of lean objects': (field, value) =>
    Integration.insertMany([{ ...fields, ...set(field, value) }], { lean: true }),
  'insertMany() of documents, unordered': (field, value) =>
    Integration.insertMany([new Integration({ ...fields, ...set(field, value) })], { ordered: false }),
  'bulkSave()': (field, value) => Integration.bulkSave([new Integration({ ...fields, ...set(field, value) })]),
  'bulkWrite() insertOne': (field, value) =>
    Integration.bulkWrite([{ insertOne: { document: { ...fields, ...set(field, value) } as IntegrationFields } }]),
};

const updating: Record<string, Way> = {
  'updateOne()': (field, value) => Integration.updateOne(byId(), set(field, value)).exec(),
  'updateOne() with $set': (field, value) => Integration.updateOne(byId(), { $set: set(field, value) }).exec(),
  'updateMany()': (field, value) => Integration.updateMany({}, { $set: set(field, value) }).exec(),
  'findOneAndUpdate()': (field, value) => Integration.findOneAndUpdate(byId(), set(field, value)).exec(),
  'findByIdAndUpdate()': (field, value) => Integration.findByIdAndUpdate(stored._id, set(field, value)).exec(),
  'findOneAndReplace()': (field, value) =>
    Integration.findOneAndReplace(byId(), { ...fields, ...set(field, value) }).exec(),
  'replaceOne()': (field, value) => Integration.replaceOne(byId(), { ...fields, ...set(field, value) }).exec(),
  'document.updateOne()': (field, value) => stored.updateOne(set(field, value)).exec(),
  'document.replaceOne()': (field, value) => stored.replaceOne({ ...fields, ...set(field, value) }).exec(),
  'query.set()': (field, value) => Integration.updateOne(byId(), {}).set(set(field, value)).exec(),
  'an upsert with $setOnInsert': (field, value) =>
    Integration.updateOne(
      { name: 'new' },
      { $setOnInsert: { provider: 'acme', ...set(field, value) } },
      { upsert: true },
    ),
  'a pipeline': (field, value) => Integration.updateOne(byId(), [{ $set: set(field, value) }], pipeline).exec(),
  'a pipeline with $literal': (field, value) =>
    Integration.updateOne(byId(), [{ $addFields: { [field]: { $literal: value } } }], pipeline).exec(),
  'bulkWrite() updateOne': (field, value) =>
    Integration.bulkWrite([{ updateOne: { filter: byId(), update: { $set: set(field, value) } } }]),
  'bulkWrite() updateMany': (field, value) =>
    Integration.bulkWrite([{ updateMany: { filter: {}, update: { $set: set(field, value) } } }]),
  'bulkWrite() replaceOne': (field, value) =>
    Integration.bulkWrite([
      { replaceOne: { filter: byId(), replacement: { ...fields, ...set(field, value) } as IntegrationFields } },
    ]),
  'bulkWrite() with a pipeline': (field, value) =>
    Integration.bulkWrite([{ updateOne: { filter: byId(), update: [{ $set: set(field, value) }] } }]),
};

/** Ways that can never be right, whatever the value. */
const twisting: Record<string, Way> = {
  'a path into the field': (field, value) =>
    Integration.updateOne(byId(), { $set: { [`${field}.token`]: value } }).exec(),
  'a rename into the field': (field) => Integration.updateOne(byId(), { $rename: { name: field } }).exec(),
  'a rename of the field': (field) => Integration.updateOne(byId(), { $rename: { [field]: 'name' } }).exec(),
  'an expression in a pipeline': (field) =>
    Integration.updateOne(byId(), [{ $set: set(field, '$name') }], pipeline).exec(),
  'a pipeline with $replaceWith': (field, value) =>
    Integration.updateOne(
      byId(),
      [{ $replaceWith: { $mergeObjects: ['$$ROOT', set(field, value)] } }] as never,
      pipeline,
    ).exec(),
  'a pipeline with $replaceRoot': (field, value) =>
    Integration.updateOne(
      byId(),
      [{ $replaceRoot: { newRoot: { $mergeObjects: ['$$ROOT', set(field, value)] } } }] as never,
      pipeline,
    ).exec(),
  'the filter of an upsert': (field, value) =>
    Integration.updateOne({ name: 'new', [field]: value }, { $set: { provider: 'acme' } }, { upsert: true }).exec(),
  'the filter of an upsert, in $and': (field, value) =>
    Integration.findOneAndUpdate(
      { $and: [{ name: 'new' }, { [field]: value }] },
      { provider: 'acme' },
      { upsert: true },
    ).exec(),
  'the filter of an upsert in bulkWrite()': (field, value) =>
    Integration.bulkWrite([
      {
        updateOne: {
          filter: { name: 'new', [field]: value },
          update: { $set: { provider: 'acme' } },
          upsert: true,
        },
      },
    ]),
  'save() of a stored document': async (field, value) => {
    stored.set(field, value);
    await stored.save();
  },
  'save() of a stored document with a sealed value': async (field) => {
    stored[field] = otherJwe;
    await stored.save();
  },
  'bulkSave() of a stored document': (field, value) => {
    stored.set(field, value);
    return Integration.bulkSave([stored]);
  },
};

const allWays = Object.entries({ ...creating, ...updating, ...twisting });
const cases = allWays.flatMap(([name, way]) => sealedFields.map((field) => [field, name, way] as const));

/** Runs a way that must be refused; gives what it threw. */
async function refusalOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return expect.unreachable('it was not refused');
}

describe('clear text', () => {
  it.each(cases)('in `%s` is refused by %s: nothing is written, and the error does not repeat it', async (...given) => {
    const [field, , way] = given;
    const before = await Integration.find().lean();
    const error = await refusalOf(() => way(field, clear));
    expect(error).toMatchObject({ code: 'CREDENTIALS_NOT_SEALED' });
    expect(inspect(error, { depth: 8 })).not.toContain(clear);
    expect(await Integration.find().lean()).toEqual(before);
  });

  it.each(Object.entries(creating))(
    'as an object is refused by %s, without a word of it in the error',
    async (_name, way) => {
      const error = await refusalOf(() => way('credentials', { token: clear }));
      expect(error).toMatchObject({ code: 'CREDENTIALS_NOT_SEALED' });
      expect(inspect(error, { depth: 8 })).not.toContain(clear);
    },
  );

  it('is never held by a document, not even by one that was not validated yet', () => {
    const document = new Integration({ ...fields, ...set('credentials', { token: clear }), ...set('tokens', clear) });
    expect(inspect(document, { depth: 8, customInspect: false })).not.toContain(clear);
  });

  it('does not pass validation', async () => {
    await expect(new Integration({ ...fields, credentials: clear }).validate()).rejects.toMatchObject({
      code: 'CREDENTIALS_NOT_SEALED',
    });
  });
});

describe('a sealed value', () => {
  it.each(Object.entries(creating))('is stored by %s', async (_name, way) => {
    await way('credentials', otherJwe);
    expect(await Integration.countDocuments({ credentials: otherJwe })).toBe(1);
  });

  it.each(Object.entries(updating))('is stored by %s', async (_name, way) => {
    await way('tokens', otherJwe);
    expect(await Integration.countDocuments({ tokens: otherJwe })).toBe(1);
  });

  it('may be taken away', async () => {
    await Integration.updateOne(byId(), { $set: { tokens: null } });
    await Integration.updateOne(byId(), { $unset: { credentials: 1 } });
    expect(await Integration.collection.findOne(byId())).not.toHaveProperty('credentials');
    expect(await Integration.findOne(byId()).lean()).toMatchObject({ tokens: null });
  });

  it('stays as it is when other fields of a stored document are saved', async () => {
    await Integration.updateOne(byId(), { $set: { tokens: otherJwe } });
    stored.name = 'Renamed';
    await stored.save();
    expect(await Integration.findOne(byId()).lean()).toMatchObject({
      name: 'Renamed',
      credentials: jwe,
      tokens: otherJwe,
    });
  });
});

describe('what a document shows', () => {
  const views: Record<string, (document: IntegrationDocument) => unknown> = {
    'toJSON()': (document) => document.toJSON(),
    'toJSON() with options': (document) => document.toJSON({ virtuals: true, getters: true }),
    'toObject()': (document) => document.toObject(),
    'toObject() with options': (document) => document.toObject({ depopulate: true }),
    'JSON.stringify()': (document) => JSON.stringify(document),
    'console.log()': (document) => inspect(document),
    'String()': String,
  };

  it.each(Object.entries(views))('by %s has no sealed field', (_name, view) => {
    const shown = inspect(view(stored), { depth: 10 });
    expect(shown).toContain('Acme');
    expect(shown).not.toContain(jwe);
    expect(shown).not.toMatch(/\b(credentials|tokens)\b/);
  });

  it('is the same where the document is populated into another one', async () => {
    const entry = await IntegrationLog.create({
      integrationId: stored._id,
      operation: 'sync',
      direction: 'outbound',
      status: 'success',
    });
    await entry.populate('integration');
    const shown = JSON.stringify(entry.toJSON({ virtuals: true }));
    expect(shown).toContain('Acme');
    expect(shown).not.toContain(jwe);
  });
});
