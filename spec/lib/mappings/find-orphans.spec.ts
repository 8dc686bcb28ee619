import { Schema, Types, type Query } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Orphan } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useMappingWorld } from './mapping-world.js';

const database = useDatabase();
const world = useMappingWorld(database);
const { Order } = world;
const Slug = database.connection.model('Slug', new Schema({ _id: String }));
const Animal = database.connection.model('Animal', new Schema({ name: String }));
const Dog = Animal.discriminator('Dog', new Schema({ breed: String }));

beforeEach(async () => {
  await Promise.all([Slug.deleteMany(), Animal.deleteMany()]);
});

/** All pages, with the cursor sent around the world in between. */
async function allPages(limit: number): Promise<Orphan[][]> {
  const pages: Orphan[][] = [];
  for (let after: Orphan | null = null; ;) {
    const page: Orphan[] = await world.integration.findOrphans(Order, { limit, after });
    pages.push(page);
    if (page.length < limit) return pages;
    after = JSON.parse(JSON.stringify(page.at(-1))) as Orphan;
  }
}

describe('findOrphans', () => {
  it('finds nothing where each record has its mapping and each mapping its record', async () => {
    await world.integration.upsertByExternalId('1', Order, { number: 'A-1' });
    expect(await world.integration.findOrphans(Order)).toEqual([]);
  });

  it('names records without a mapping by their ids', async () => {
    const [lost] = await Order.create([{ number: 'A-1' }]);
    await world.integration.upsertByExternalId('1', Order, { number: 'A-2' });
    expect(await world.integration.findOrphans(Order)).toEqual([{ kind: 'record', recordId: lost!._id }]);
  });

  it('names mappings whose record is gone', async () => {
    const order = await world.integration.upsertByExternalId('1', Order, { number: 'A-1' });
    await order.deleteOne();
    const [mapping] = await world.integration.mappings();
    expect(await world.integration.findOrphans(Order)).toEqual([
      { kind: 'mapping', mappingId: mapping!._id, externalId: '1', recordId: order._id },
    ]);
  });

  it('looks at the mappings of this integration, and of this model', async () => {
    const elsewhere = await world.integrations.create({ provider: 'shop', name: 'Other', credentials: {} });
    const order = await elsewhere.upsertByExternalId('1', Order, { number: 'A-1' });
    await world.integration.mapExternalId('2', { type: 'Slug', id: 'gone' });
    expect(await world.integration.findOrphans(Order)).toEqual([{ kind: 'record', recordId: order._id }]);
    expect(await elsewhere.findOrphans(Order)).toEqual([]);
  });

  it('gives all of them, page by page, in chunks that are smaller than the collections', async () => {
    const ids = Array.from({ length: 2_300 }, () => new Types.ObjectId());
    const { IntegrationMapping } = world.integrations.models;
    await Order.insertMany(ids.map((_id) => ({ _id, number: 'A' })));
    const mapping = (internalId: Types.ObjectId, index: number) => ({
      integrationId: world.integration._id,
      externalId: `ext-${index}`,
      internalType: 'Order',
      internalId,
    });
    // Every tenth record has no mapping; every tenth mapping no record.
    await IntegrationMapping.insertMany(
      ids.flatMap((id, index) =>
        index % 10 === 9 ? [] : [mapping(index % 10 === 0 ? new Types.ObjectId() : id, index)],
      ),
    );
    const pages = await allPages(100);
    const orphans = pages.flat();
    expect(pages.slice(0, -1).every(({ length }) => length === 100)).toBe(true);
    const lost = ids.filter((_, index) => index % 10 === 9 || index % 10 === 0);
    expect(orphans.flatMap((orphan) => (orphan.kind === 'record' ? [orphan.recordId] : []))).toEqual(lost);
    const dangling = orphans.flatMap((orphan) => (orphan.kind === 'mapping' ? [orphan.externalId] : []));
    expect(new Set(dangling)).toEqual(new Set(ids.flatMap((_, index) => (index % 10 === 0 ? [`ext-${index}`] : []))));
    expect(orphans).toHaveLength(lost.length + 230);
  });

  it('does not take a record that its model hides for gone', async () => {
    const schema = new Schema({ name: String });
    schema.pre(/^(find|count|distinct)/, function (this: Query<unknown, unknown>) {
      this.where({ name: { $ne: 'hidden' } });
    });
    const Shy = database.connection.model('Shy', schema);
    await world.integration.upsertByExternalId('1', Shy, { name: 'hidden' });
    expect(await world.integration.findOrphans(Shy)).toEqual([]);
  });

  it('knows the records of discriminators by the mappings of their base model', async () => {
    const [one, other, lost] = await Dog.create([{ name: 'Rex' }, { name: 'Ina' }, { name: 'Max' }]);
    await world.integration.mapExternalId('1', one!);
    await world.integration.mapExternalId('2', { type: 'Animal', id: other!._id });
    const orphans = [{ kind: 'record', recordId: lost!._id }];
    expect(await world.integration.findOrphans(Animal)).toEqual(orphans);
    expect(await world.integration.findOrphans(Dog)).toEqual(orphans);
  });

  it('knows ids that are texts in the form of an ObjectId', async () => {
    const slug = await Slug.create({ _id: new Types.ObjectId().toHexString() });
    await world.integration.mapExternalId('1', { type: 'Slug', id: slug._id });
    expect(await world.integration.findOrphans(Slug)).toEqual([]);
  });

  it('names a mapping with an id that its model cannot have', async () => {
    await world.integrations.models.IntegrationMapping.create({
      integrationId: world.integration._id,
      externalId: '1',
      internalType: 'Order',
      internalId: 'no-object-id',
    });
    expect(await world.integration.findOrphans(Order)).toMatchObject([{ externalId: '1', recordId: 'no-object-id' }]);
  });

  it('works where the host has Mongoose neutralise operators in filters', async () => {
    const [lost] = await Order.create([{ number: 'A-1' }]);
    const order = await world.integration.upsertByExternalId('1', Order, { number: 'A-2' });
    await order.deleteOne();
    database.connection.set('sanitizeFilter', true);
    try {
      const page = await world.integration.findOrphans(Order, { limit: 1 });
      expect(page).toMatchObject([{ recordId: lost!._id }]);
      expect(await world.integration.findOrphans(Order, { after: page[0]! })).toMatchObject([{ externalId: '1' }]);
    } finally {
      database.connection.set('sanitizeFilter', false);
    }
  });

  it.each([
    { limit: 0 },
    { limit: 1_001 },
    { limit: 1.5 },
    { after: { kind: 'other' } as never },
    { after: { kind: 'mapping' } as never },
    { after: { kind: 'mapping', externalId: { $gt: '' } } as never },
    { after: { kind: 'record', recordId: { $ne: null } } as never },
    { after: { kind: 'record', recordId: 'no-object-id' } as never },
  ])('refuses %j', async (options) => {
    await expect(world.integration.findOrphans(Order, options)).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
  });
});
