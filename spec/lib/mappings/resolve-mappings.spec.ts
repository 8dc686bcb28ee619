import mongoose, { Schema, type mongo } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { openInstance, useMappingWorld } from './mapping-world.js';

const database = useDatabase();
const world = useMappingWorld(database);
const { Order } = world;

describe('resolveMapping', () => {
  it('gives the record as a document of its model', async () => {
    const order = await Order.create({ number: 'A-1' });
    await world.integration.mapExternalId('1', order);
    const found = await world.integration.resolveMapping(1, Order);
    expect(found).toBeInstanceOf(Order);
    expect(found).toMatchObject({ _id: order._id, number: 'A-1' });
  });

  it('gives null when nothing is mapped, or a record of another model', async () => {
    await world.integration.mapExternalId('1', { type: 'Invoice', id: 'x' });
    expect(await world.integration.resolveMapping('1', Order)).toBeNull();
    expect(await world.integration.resolveMapping('2', Order)).toBeNull();
  });

  it('gives null when the record is gone', async () => {
    const order = await Order.create({ number: 'A-1' });
    await world.integration.mapExternalId('1', order);
    await order.deleteOne();
    expect(await world.integration.resolveMapping('1', Order)).toBeNull();
  });

  it('refuses what is no external id and what is no model', async () => {
    await expect(world.integration.resolveMapping('', Order)).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
    await expect(world.integration.resolveMapping('1', 'Order' as never)).rejects.toMatchObject({
      code: 'MAPPING_INVALID',
    });
  });
});

describe('resolveMappings', () => {
  it('has each id that was asked for, with null where there is no record', async () => {
    const [order, gone] = await Order.create([{ number: 'A-1' }, { number: 'A-2' }]);
    await world.integration.mapExternalId('1', order!);
    await world.integration.mapExternalId('2', gone!);
    await gone!.deleteOne();
    const found = await world.integration.resolveMappings([1, '1', '2', 'three'], Order);
    expect([...found.keys()]).toEqual(['1', '2', 'three']);
    expect(found.get('1')).toMatchObject({ number: 'A-1' });
    expect([found.get('2'), found.get('three')]).toEqual([null, null]);
  });

  it('refuses a text, which would be taken for its characters', async () => {
    await expect(world.integration.resolveMappings('123' as never, Order)).rejects.toMatchObject({
      code: 'MAPPING_INVALID',
    });
  });

  it('works where the host has Mongoose neutralise operators in filters', async () => {
    const order = await world.integration.upsertByExternalId('1', Order, { number: 'A-1' });
    database.connection.set('sanitizeFilter', true);
    try {
      expect(await world.integration.resolveMapping('1', Order)).toMatchObject({ _id: order._id });
      expect(await world.integration.findExternalId(order)).toBe('1');
      expect(await world.integration.upsertByExternalId('1', Order, { net: 1 })).toMatchObject({ _id: order._id });
    } finally {
      database.connection.set('sanitizeFilter', false);
    }
  });

  it('gives nothing for nothing', async () => {
    expect(await world.integration.resolveMappings([], Order)).toEqual(new Map());
  });

  it('gives a record under each of its external ids', async () => {
    const order = await Order.create({ number: 'A-1' });
    await world.integration.mapExternalId('1', order);
    await world.integration.mapExternalId('2', order);
    const found = await world.integration.resolveMappings(['1', '2'], Order);
    expect([...found.values()].map((record) => record?.number)).toEqual(['A-1', 'A-1']);
  });

  it('gives null for a mapping with an id that the model cannot have, and the others all the same', async () => {
    const order = await Order.create({ number: 'A-1' });
    await world.integration.mapExternalId('1', order);
    await world.integrations.models.IntegrationMapping.create({
      integrationId: world.integration._id,
      externalId: '2',
      internalType: 'Order',
      internalId: 'no-object-id',
    });
    const found = await world.integration.resolveMappings(['1', '2'], Order);
    expect([...found.values()].map((record) => record?.number)).toEqual(['A-1', undefined]);
  });
});

describe('the queries of resolveMappings', () => {
  const connection = mongoose.createConnection();
  const Item = connection.model('Item', new Schema({ name: String }));
  const monitored = openInstance(connection);
  beforeAll(() => connection.openUri(database.uri, { monitorCommands: true }));
  afterAll(async () => {
    await monitored.close();
    await connection.close();
  });

  it.each([1, 5_000])('are two for %i ids', async (count) => {
    const items = await Item.insertMany(Array.from({ length: count }, (_, index) => ({ name: `Item ${index}` })));
    const externalIds = items.map((_, index) => `ext-${index}`);
    await monitored.models.IntegrationMapping.insertMany(
      items.map((item, index) => ({
        integrationId: world.integration._id,
        externalId: externalIds[index],
        internalType: 'Item',
        internalId: item._id,
      })),
    );
    const integration = await monitored.findOrFail(world.integration._id);

    const sent: string[] = [];
    const note = ({ commandName }: mongo.CommandStartedEvent) => sent.push(commandName);
    connection.getClient().on('commandStarted', note);
    const found = await integration.resolveMappings(externalIds, Item);
    connection.getClient().off('commandStarted', note);

    expect(sent).toEqual(['find', 'find']);
    expect([...found.values()].filter((item) => item !== null)).toHaveLength(count);
  });
});
