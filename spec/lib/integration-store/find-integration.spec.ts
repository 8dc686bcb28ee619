import { Types } from 'mongoose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IntegrationLookup } from '../../../lib/integration-store/find-integration.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import { useDatabase } from '../../support/database.js';
import { openFixture, token } from './store-fixture.js';

const { connection } = useDatabase();
const { store } = openFixture(connection);
const owner = { type: 'Team', id: new Types.ObjectId() };
let first: IntegrationDocument;
let second: IntegrationDocument;

beforeAll(async () => {
  first = await store.create({ provider: 'acme', name: 'Main', credentials: { token } });
  second = await store.create({ provider: 'acme', name: 'Main', credentials: { token }, owner, isActive: false });
});

describe('find', () => {
  it('finds by id, as text, as ObjectId and of a document', async () => {
    for (const lookup of [first.id, first._id, first]) {
      expect((await store.find(lookup as IntegrationLookup))?._id).toEqual(first._id);
    }
  });

  it('finds the oldest that fits a filter', async () => {
    expect((await store.find({ name: 'Main' }))?._id).toEqual(first._id);
    expect((await store.find({ provider: 'acme', owner: null }))?._id).toEqual(first._id);
    expect((await store.find({ owner }))?._id).toEqual(second._id);
    expect((await store.find({ isActive: false, name: 'Main' }))?._id).toEqual(second._id);
    expect(await store.find({ owner, isActive: true })).toBeNull();
  });

  it.each(['', 'x', 'twelve chars', '0'.repeat(25), 'g'.repeat(24), String(new Types.ObjectId())])(
    'finds nothing under the id %j',
    async (id) => {
      expect(await store.find(id)).toBeNull();
    },
  );

  it.each([
    { name: { $ne: null } },
    { name: { $gt: '' } },
    { provider: ['acme'] },
    { isActive: { $in: [true, false] } },
    { $where: 'true' },
    { $or: [{}] },
    { ownerId: null },
  ])('refuses %j, which a request body could hold', async (filter) => {
    await expect(store.find(filter as IntegrationLookup)).rejects.toMatchObject({ code: 'INTEGRATION_INVALID' });
  });

  it.each([{ $ne: null }, [String(owner.id)], { _bsontype: 'ObjectId', id: 'x' }])(
    "refuses %j for an owner's id, which a request body could hold",
    async (id) => {
      const lookup = store.find({ owner: { type: 'Team', id } });
      await expect(lookup).rejects.toMatchObject({ code: 'RECORD_INVALID' });
    },
  );

  it.each([{ _id: { $ne: null } }, { _id: null }, { _id: { _id: { $ne: null } } }])(
    'finds nothing for %j',
    async (lookup) => {
      expect(await store.find(lookup as IntegrationLookup)).toBeNull();
    },
  );

  it.each([null, undefined, 5])('refuses %s for a lookup', async (lookup) => {
    await expect(store.find(lookup as never)).rejects.toMatchObject({ code: 'INTEGRATION_INVALID' });
  });

  it('works where the host has Mongoose neutralise operators', async () => {
    connection.set('sanitizeFilter', true);
    try {
      expect((await store.find({ name: 'Main', owner }))?._id).toEqual(second._id);
      expect(await store.list({ after: first._id })).toHaveLength(1);
    } finally {
      connection.set('sanitizeFilter', false);
    }
  });
});

describe('findOrFail', () => {
  it('gives what find gives', async () => {
    expect((await store.findOrFail({ name: 'Main' }))._id).toEqual(first._id);
  });

  it.each(['x', String(new Types.ObjectId()), { name: 'None' }])(
    'raises INTEGRATION_NOT_FOUND for %j',
    async (lookup) => {
      await expect(store.findOrFail(lookup)).rejects.toMatchObject({ code: 'INTEGRATION_NOT_FOUND', status: 404 });
    },
  );
});
