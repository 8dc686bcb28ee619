import { Schema, Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { isIntegrationError, MappingAlreadyClaimedError } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useMappingWorld } from './mapping-world.js';

const database = useDatabase();
const world = useMappingWorld(database);
const { Order } = world;
const Slug = database.connection.model('Slug', new Schema({ _id: String }));
const Animal = database.connection.model('Animal', new Schema({ name: String }));
const Big = database.connection.model('Big', new Schema({ _id: BigInt }));
const Raw = database.connection.model('Raw', new Schema({ _id: Buffer }));
const Dog = Animal.discriminator('Dog', new Schema({ breed: String }));

const stored = () => world.integration.mappings().lean().exec();

describe('mapExternalId', () => {
  it('stores the external id with the model name and the id of the record', async () => {
    const order = await Order.create({ number: 'A-1' });
    const mapping = await world.integration.mapExternalId('ext-1', order);
    expect(mapping).toMatchObject({
      integrationId: world.integration._id,
      externalId: 'ext-1',
      internalType: 'Order',
      internalId: order._id,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
    expect(await stored()).toEqual([mapping.toObject()]);
  });

  it('takes a number for its text', async () => {
    const order = await Order.create({ number: 'A-1' });
    await world.integration.mapExternalId(42, order);
    expect(await world.integration.mapExternalId('42', order)).toMatchObject({ externalId: '42' });
    expect(await stored()).toHaveLength(1);
  });

  it('takes { type, id } for the record, its id also as text', async () => {
    const order = await Order.create({ number: 'A-1' });
    const first = await world.integration.mapExternalId('1', { type: 'Order', id: order.id });
    expect(first.internalId).toEqual(order._id);
    await world.integration.mapExternalId('1', order);
  });

  it('changes nothing when the record has the id already', async () => {
    const order = await Order.create({ number: 'A-1' });
    await world.integration.mapExternalId('1', order);
    const before = await stored();
    await world.integration.mapExternalId('1', order);
    expect(await stored()).toEqual(before);
  });

  it('refuses what another record has claimed, and names that record', async () => {
    const [order, other] = await Order.create([{ number: 'A-1' }, { number: 'A-2' }]);
    await world.integration.mapExternalId('1', order!);
    const error: unknown = await world.integration.mapExternalId('1', other!).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MappingAlreadyClaimedError);
    expect(isIntegrationError(error, 'MAPPING_ALREADY_CLAIMED') && error.status).toBe(409);
    const facts = {
      integrationId: world.integration.id,
      externalId: '1',
      internalType: 'Order',
      internalId: order!._id,
    };
    expect(error).toMatchObject({ ...facts, details: facts });
    expect(await world.integration.findExternalId(order!)).toBe('1');
  });

  it('does not silently re-point the claim of a record that is gone', async () => {
    const [order, other] = await Order.create([{ number: 'A-1' }, { number: 'A-2' }]);
    await world.integration.mapExternalId('1', order!);
    await order!.deleteOne();
    await expect(world.integration.mapExternalId('1', other!)).rejects.toMatchObject({
      code: 'MAPPING_ALREADY_CLAIMED',
    });
  });

  it('lets one of several records claim an id at once', async () => {
    const orders = await Order.create(Array.from({ length: 16 }, (_, index) => ({ number: `A-${index}` })));
    const claims = await Promise.allSettled(orders.map((order) => world.integration.mapExternalId('1', order)));
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const codes = claims.flatMap((claim) =>
      claim.status === 'rejected' ? [(claim.reason as { code: unknown }).code] : [],
    );
    expect(new Set(codes)).toEqual(new Set(['MAPPING_ALREADY_CLAIMED']));
    expect(await stored()).toHaveLength(1);
  });

  it('keeps the same external id apart for each model and each integration', async () => {
    const order = await Order.create({ number: 'A-1' });
    const slug = await Slug.create({ _id: 'a' });
    const elsewhere = await world.integrations.create({ provider: 'shop', name: 'Other', credentials: {} });
    await world.integration.mapExternalId('1', order);
    await world.integration.mapExternalId('1', slug);
    await elsewhere.mapExternalId('1', order);
    expect(await elsewhere.findExternalId(order)).toBe('1');
    expect(await stored()).toHaveLength(2);
  });

  it('keeps ids that look like ObjectIds as the texts that they are', async () => {
    const id = new Types.ObjectId().toHexString().toUpperCase();
    const slug = await Slug.create({ _id: id });
    expect(await world.integration.mapExternalId('1', slug)).toMatchObject({ internalId: id });
    expect(await world.integration.mapExternalId('1', { type: 'Slug', id })).toMatchObject({ internalId: id });
    expect(await world.integration.resolveMapping('1', Slug)).toMatchObject({ _id: id });
  });

  it('knows a record again whose id comes back from the database as something else', async () => {
    for (const record of [new Big({ _id: 5n }), new Big({ _id: 2n ** 60n }), new Raw({ _id: Buffer.from('abc') })]) {
      const { internalType } = await world.integration.mapExternalId(String(record._id), record);
      expect(await world.integration.mapExternalId(String(record._id), record)).toMatchObject({ internalType });
    }
  });

  it('gives a record of a discriminator the base model for its type, whatever names it', async () => {
    const [dog, other] = await Dog.create([{ name: 'Rex' }, { name: 'Ina' }]);
    const mapping = await world.integration.mapExternalId('1', dog!);
    expect(mapping.internalType).toBe('Animal');
    for (const record of [(await Animal.findById(dog!._id))!, { type: 'Dog', id: dog!.id }])
      expect(await world.integration.mapExternalId('1', record)).toMatchObject({ _id: mapping._id });
    await expect(world.integration.mapExternalId('1', { type: 'Animal', id: other!._id })).rejects.toMatchObject({
      code: 'MAPPING_ALREADY_CLAIMED',
    });
  });

  it.each([
    ['no document', {}],
    ['an id that the model cannot have', { type: 'Order', id: 'no-object-id' }],
    ['a query operator', { type: 'Order', id: { $ne: null } }],
  ])('refuses %s', async (_name, record) => {
    await expect(world.integration.mapExternalId('1', record as never)).rejects.toMatchObject({
      code: 'RECORD_INVALID',
    });
  });
});

describe('remapExternalId', () => {
  it('re-points the id to another record, in the same mapping', async () => {
    const [order, other] = await Order.create([{ number: 'A-1' }, { number: 'A-2' }]);
    const { _id, createdAt } = await world.integration.mapExternalId('1', order!);
    const mapping = await world.integration.remapExternalId('1', other!);
    expect(mapping).toMatchObject({ _id, createdAt, internalId: other!._id });
    expect(await world.integration.findExternalId(order!)).toBeNull();
    expect(await stored()).toHaveLength(1);
  });

  it('maps an id that nothing had', async () => {
    const order = await Order.create({ number: 'A-1' });
    await world.integration.remapExternalId('1', order);
    expect(await world.integration.findExternalId(order)).toBe('1');
    expect(await stored()).toMatchObject([{ createdAt: expect.any(Date), updatedAt: expect.any(Date) }]);
  });

  it('converges when several do it at once', async () => {
    const orders = await Order.create(Array.from({ length: 16 }, (_, index) => ({ number: `A-${index}` })));
    await Promise.all(orders.map((order) => world.integration.remapExternalId('1', order)));
    expect(await stored()).toHaveLength(1);
  });
});

describe('findExternalId', () => {
  it('gives null for a record without a mapping of this integration', async () => {
    const order = await Order.create({ number: 'A-1' });
    const elsewhere = await world.integrations.create({ provider: 'shop', name: 'Other', credentials: {} });
    await elsewhere.mapExternalId('1', order);
    expect(await world.integration.findExternalId(order)).toBeNull();
  });

  it('gives the oldest of several', async () => {
    const order = await Order.create({ number: 'A-1' });
    for (const id of ['z', 'a', 'm']) await world.integration.mapExternalId(id, order);
    expect(await world.integration.findExternalId({ type: 'Order', id: order.id })).toBe('z');
  });

  it('finds what was mapped by the base model of a discriminator', async () => {
    const dog = await Dog.create({ name: 'Rex' });
    await world.integration.mapExternalId('1', { type: 'Animal', id: dog._id });
    expect(await world.integration.findExternalId(dog)).toBe('1');
  });
});
