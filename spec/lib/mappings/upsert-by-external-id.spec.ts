import { randomUUID } from 'node:crypto';
import mongoose, { Schema, Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useMappingWorld } from './mapping-world.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const world = useMappingWorld(database);
const { Order } = world;
const { connection } = database;

const upsert: typeof world.integration.upsertByExternalId = (...parameters) =>
  world.integration.upsertByExternalId(...parameters);
const mappings = () => world.integration.mappings().lean().exec();

describe('upsertByExternalId of an unknown external id', () => {
  it('creates the record, with defaults and save hooks, and its mapping', async () => {
    const order = await upsert('1', Order, { number: 'A-1', net: 100, tax: 19 });
    expect(order).toBeInstanceOf(Order);
    expect(order.isNew).toBe(false);
    expect(await Order.find().lean()).toMatchObject([
      { _id: order._id, number: 'A-1', state: 'open', total: 119, createdAt: expect.any(Date) },
    ]);
    expect(await mappings()).toMatchObject([{ externalId: '1', internalType: 'Order', internalId: order._id }]);
    expect(await world.integration.resolveMapping('1', Order)).toMatchObject({ _id: order._id });
  });

  it('takes an id that the attributes give', async () => {
    const _id = new Types.ObjectId();
    await upsert('1', Order, { _id, number: 'A-1' });
    expect(await mappings()).toMatchObject([{ internalId: _id }]);
  });

  it('leaves nothing behind when the attributes are not valid', async () => {
    await expect(upsert('1', Order, { net: 1 })).rejects.toMatchObject({ name: 'ValidationError' });
    expect(await mappings()).toEqual([]);
    expect(await Order.countDocuments()).toBe(0);
  });

  it('writes the record of a mapping that has lost it, under the id that it had', async () => {
    const { _id } = await upsert('1', Order, { number: 'A-1', state: 'paid' });
    await Order.deleteOne({ _id });
    const order = await upsert('1', Order, { number: 'A-2' });
    expect(order).toMatchObject({ _id, number: 'A-2', state: 'open' });
    expect(await mappings()).toHaveLength(1);
  });

  it('runs the hooks of validation once', async () => {
    let validations = 0;
    const schema = new Schema({ name: String });
    schema.pre('validate', () => void (validations += 1));
    const Hooked = connection.model('Hooked', schema);
    await upsert('1', Hooked, { name: 'a' });
    expect(validations).toBe(1);
  });
});

describe('upsertByExternalId of a known external id', () => {
  it('sets the attributes and keeps the others', async () => {
    const { _id } = await upsert('1', Order, { number: 'A-1', net: 100, tax: 19 });
    const order = await upsert(1, Order, { tax: 7 });
    expect(order).toMatchObject({ _id, number: 'A-1', net: 100, tax: 7, total: 107 });
    expect(await Order.find().lean()).toMatchObject([{ _id, number: 'A-1', total: 107 }]);
    expect(await mappings()).toHaveLength(1);
  });

  it('removes a field that is set to undefined', async () => {
    await upsert('1', Order, { number: 'A-1', email: 'a@b.example' });
    // What a JavaScript application may pass.
    const attributes: object = { email: undefined };
    await upsert('1', Order, attributes);
    expect((await Order.find().lean())[0]).not.toHaveProperty('email');
  });

  it('writes nothing when nothing changes', async () => {
    await upsert('1', Order, { number: 'A-1' });
    const before = [await Order.find().lean(), await mappings()];
    await upsert('1', Order, { number: 'A-1' });
    expect([await Order.find().lean(), await mappings()]).toEqual(before);
  });

  it('rejects with what the model rejects with, and keeps the record', async () => {
    await upsert('1', Order, { number: 'A-1' });
    await expect(upsert('1', Order, { number: '' })).rejects.toMatchObject({ name: 'ValidationError' });
    expect(await world.integration.resolveMapping('1', Order)).toMatchObject({ number: 'A-1' });
  });

  it('refuses attributes with the id of another record', async () => {
    const order = await upsert('1', Order, { number: 'A-1' });
    await expect(upsert('1', Order, { _id: new Types.ObjectId(), number: 'A-2' })).rejects.toMatchObject({
      code: 'MAPPING_ALREADY_CLAIMED',
      internalId: order._id,
    });
    await upsert('1', Order, { _id: order.id, number: 'A-3' });
    expect(await Order.find().lean()).toMatchObject([{ _id: order._id, number: 'A-3' }]);
  });
});

describe('many calls at once for one external id', () => {
  it('make one record and one mapping, which has what each of them set', async () => {
    const fields = { net: 1, tax: 2, email: 'a@b.example', state: 'paid' } as const;
    const calls = Object.entries(fields).flatMap((field) =>
      Array.from({ length: 5 }, () => Object.fromEntries([field])),
    );
    const orders = await Promise.all(calls.map((call) => upsert('1', Order, { number: 'A-1', ...call })));
    expect(new Set(orders.map(({ id }) => id)).size).toBe(1);
    expect(await Order.find().lean()).toMatchObject([{ number: 'A-1', ...fields }]);
    expect(await mappings()).toHaveLength(1);
  });

  it('are serialised: fields that save hooks derive from others fit them', async () => {
    await upsert('1', Order, { number: 'A-1' });
    const calls = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? { net: index } : { tax: index }));
    await Promise.all(calls.map((call) => upsert('1', Order, call)));
    const [order] = await Order.find().lean();
    expect(order?.total).toBe(order!.net + order!.tax);
  });
});

describe('models of many kinds', () => {
  it('may have a unique field of their own: its refusal comes out as it is', async () => {
    await Order.create({ number: 'A-1', email: 'a@b.example' });
    await expect(upsert('2', Order, { number: 'A-2', email: 'a@b.example' })).rejects.toMatchObject({
      code: 11000,
      keyPattern: { email: 1 },
    });
    // The claim stays, and the next call that can be written takes it.
    const order = await upsert('2', Order, { number: 'A-2', email: 'c@d.example' });
    expect(await mappings()).toMatchObject([{ internalId: order._id }]);
  });

  it('may have ids of their own making', async () => {
    const Note = connection.model(
      'Note',
      new Schema({ _id: { type: String, default: () => randomUUID() }, text: String }),
    );
    const note = await upsert('1', Note, { text: 'a' });
    expect((await upsert('1', Note, { text: 'b' }))._id).toBe(note._id);
    expect(await Note.find().lean()).toMatchObject([{ _id: note._id, text: 'b' }]);
  });

  it('need an id before they are saved', async () => {
    const Counter = connection.model('Counter', new Schema({ _id: Number, value: Number }));
    await expect(upsert('1', Counter, { value: 1 })).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
    expect(await mappings()).toEqual([]);
    expect(await upsert('1', Counter, { _id: 7, value: 1 })).toMatchObject({ _id: 7 });
    await expect(upsert('1', Counter, { _id: 'seven' as never })).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
  });

  it('may use optimistic concurrency', async () => {
    const schema = new Schema({ a: Number, b: Number }, { optimisticConcurrency: true });
    const Careful = connection.model('Careful', schema);
    await Promise.all([{ a: 1 }, { b: 2 }, { a: 1 }, { b: 2 }].map((values) => upsert('1', Careful, values)));
    expect(await Careful.find().lean()).toMatchObject([{ a: 1, b: 2 }]);
  });

  it('may have no versions', async () => {
    const Careless = connection.model('Careless', new Schema({ a: Number, b: Number }, { versionKey: false }));
    await Promise.all([{ a: 1 }, { b: 2 }, { a: 1 }, { b: 2 }].map((values) => upsert('1', Careless, values)));
    expect(await Careless.find().lean()).toMatchObject([{ a: 1, b: 2 }]);
  });

  it('may have no versions: what two write at once is of one of them, not a mixture', async () => {
    const schema = new Schema({ a: Number, b: { c: Number, d: Number } }, { versionKey: false });
    let loaded = 0;
    // Both have loaded the same record before either of them writes.
    schema.pre('save', async function () {
      if (this.isNew) return;
      loaded += 1;
      await waitFor(() => expect(loaded).toBe(2), { timeout: 10_000, interval: 5 });
    });
    const Versionless = connection.model('Versionless', schema);
    await upsert('1', Versionless, { a: 1, b: { c: 2, d: 2 } });
    const [one, other] = [
      { a: 1, b: { c: 1, d: 1 } },
      { a: 2, b: { c: 2, d: 2 } },
    ];
    await Promise.all([one, other].map((values) => upsert('1', Versionless, values)));
    const [{ a, b } = one] = await Versionless.find().lean();
    expect([one, other]).toContainEqual({ a, b });
  });

  it('may be discriminators: their records are records of the base model as well', async () => {
    const Pet = connection.model('Pet', new Schema({ name: String }));
    const Cat = Pet.discriminator('Cat', new Schema({ lives: Number }));
    const cat = await upsert('1', Cat, { name: 'Tom', lives: 9 });
    expect(await world.integration.resolveMapping('1', Pet)).toBeInstanceOf(Cat);
    expect(await upsert('1', Pet, { name: 'Tim' })).toMatchObject({ _id: cat._id, lives: 9 });
    expect(await world.integration.findExternalId((await Pet.findById(cat._id))!)).toBe('1');
    expect(await Pet.countDocuments()).toBe(1);
    expect(await mappings()).toMatchObject([{ internalType: 'Pet' }]);
  });

  it('are told of a record that is of another discriminator', async () => {
    const Vehicle = connection.model('Vehicle', new Schema({ name: String }));
    const Car = Vehicle.discriminator('Car', new Schema({ seats: Number }));
    const { _id } = await upsert('1', Vehicle, { name: 'Bike' });
    await expect(upsert('1', Car, { seats: 4 })).rejects.toMatchObject({
      code: 'MAPPING_UNSETTLED',
      details: { recordId: _id },
    });
    expect(await Vehicle.collection.countDocuments()).toBe(1);
  });

  it('may hide records from their own queries: that is said at once, and nothing is doubled', async () => {
    const schema = new Schema({ name: String, isDeleted: Boolean });
    let saves = 0;
    schema.pre('save', () => void (saves += 1));
    schema.pre(/^find/, function (this: mongoose.Query<unknown, unknown>) {
      this.where({ isDeleted: { $ne: true } });
    });
    const Soft = connection.model('Soft', schema);
    const { _id } = await upsert('1', Soft, { name: 'a' });
    await Soft.collection.updateOne({ _id }, { $set: { isDeleted: true } });
    await expect(upsert('1', Soft, { name: 'b' })).rejects.toMatchObject({
      code: 'MAPPING_UNSETTLED',
      details: { recordId: _id },
    });
    expect(saves).toBe(1);
    expect(await Soft.collection.countDocuments()).toBe(1);
  });

  it('are models: anything else is refused', async () => {
    await expect(upsert('1', { modelName: 'Order' } as never, {})).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
  });
});

describe('a model of another connection', () => {
  const other = mongoose.createConnection();
  const Elsewhere = other.model('Elsewhere', new Schema({ name: String }));
  beforeAll(() => other.openUri(database.uri.replace(database.name, `${database.name.slice(0, 50)}_other`)));
  afterAll(async () => {
    await other.dropDatabase();
    await other.close();
  });

  it('is written there, and found from here', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => upsert('1', Elsewhere, { name })));
    expect(await Elsewhere.countDocuments()).toBe(1);
    const record = await world.integration.resolveMapping('1', Elsewhere);
    expect(await world.integration.findExternalId(record!)).toBe('1');
    expect(await world.integration.findOrphans(Elsewhere)).toEqual([]);
  });
});
