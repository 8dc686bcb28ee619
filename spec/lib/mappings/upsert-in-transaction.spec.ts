import { beforeEach, expect, it } from 'vitest';
import { describeWithReplicaSet, useReplicaSetDatabase } from '../../support/database.js';
import { useMappingWorld } from './mapping-world.js';

describeWithReplicaSet('mappings in a transaction of the host', () => {
  const database = useReplicaSetDatabase();
  const world = useMappingWorld(database);
  const { Order } = world;
  const counts = async () => [await Order.countDocuments(), await world.integration.mappings().countDocuments()];

  beforeEach(async () => {
    await Order.createCollection();
  });

  it('are written with the record when it commits', async () => {
    await database.connection.transaction(async (session) => {
      const order = await world.integration.upsertByExternalId('1', Order, { number: 'A-1' }, { session });
      expect(await world.integration.resolveMapping('1', Order, { session })).toMatchObject({ _id: order._id });
      expect(await world.integration.resolveMapping('1', Order)).toBeNull();
      await world.integration.upsertByExternalId('1', Order, { net: 5 }, { session });
    });
    expect(await counts()).toEqual([1, 1]);
    expect(await world.integration.resolveMapping('1', Order)).toMatchObject({ number: 'A-1', total: 5 });
  });

  it('leave nothing, neither mapping nor record, when it is rolled back', async () => {
    const attempt = database.connection.transaction(async (session) => {
      await world.integration.upsertByExternalId('1', Order, { number: 'A-1' }, { session });
      await world.integration.mapExternalId('2', { type: 'Order', id: 'a'.repeat(24) }, { session });
      await world.integration.remapExternalId('3', { type: 'Order', id: 'a'.repeat(24) }, { session });
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow('changed my mind');
    expect(await counts()).toEqual([0, 0]);
  });

  it('leave no claim when the record cannot be written', async () => {
    await Order.create({ number: 'A-1', email: 'a@b.example' });
    const attempt = database.connection.transaction((session) =>
      world.integration.upsertByExternalId('2', Order, { number: 'A-2', email: 'a@b.example' }, { session }),
    );
    await expect(attempt).rejects.toMatchObject({ code: 11000, keyPattern: { email: 1 } });
    expect(await counts()).toEqual([1, 0]);
  });

  it('refuse a claim of another record', async () => {
    const [order, other] = await Order.create([{ number: 'A-1' }, { number: 'A-2' }]);
    await world.integration.mapExternalId('1', order!);
    const attempt = database.connection.transaction((session) =>
      world.integration.mapExternalId('1', other!, { session }),
    );
    await expect(attempt).rejects.toMatchObject({ code: 'MAPPING_ALREADY_CLAIMED' });
  });

  it('converge when several transactions and calls without one race for an external id', async () => {
    const fields = ['net', 'tax', 'net', 'tax', 'net', 'tax'] as const;
    await Promise.all(
      fields.map((field, index) => {
        const attributes = { number: 'A-1', [field]: index + 1 };
        if (index > 3) return world.integration.upsertByExternalId('1', Order, attributes);
        return database.connection.transaction((session) =>
          world.integration.upsertByExternalId('1', Order, attributes, { session }),
        );
      }),
    );
    expect(await counts()).toEqual([1, 1]);
    const [order] = await Order.find().lean();
    expect(order!.net * order!.tax).toBeGreaterThan(0);
    expect(order!.total).toBe(order!.net + order!.tax);
  });

  it('join a session without a transaction like none', async () => {
    await database.connection.withSession((session) =>
      Promise.resolve(world.integration.upsertByExternalId('1', Order, { number: 'A-1' }, { session })),
    );
    expect(await counts()).toEqual([1, 1]);
  });
});
