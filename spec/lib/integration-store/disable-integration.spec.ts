import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { openFixture, token } from './store-fixture.js';

const { connection } = useDatabase();
const { store, emitted } = openFixture(connection);

describe('disable', () => {
  it('switches off and leaves the health as it is', async () => {
    const created = await store.create({ provider: 'acme', name: 'Main', credentials: { token } });
    emitted.length = 0;
    expect(await store.disable(created)).toMatchObject({ isActive: false, healthStatus: 'healthy' });
    expect(await store.findOrFail(created._id)).toMatchObject({ isActive: false });
    expect(emitted).toEqual([]);
  });

  it.each(['x', String(new Types.ObjectId())])('raises INTEGRATION_NOT_FOUND for %j', async (id) => {
    await expect(store.disable(id)).rejects.toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
  });
});
