import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { openFixture, token } from './store-fixture.js';

const { connection } = useDatabase();
const { models, store, emitted } = openFixture(connection);

describe('enable', () => {
  it('switches on with a clean record, and tells the change of health once', async () => {
    const { _id } = await store.create({ provider: 'acme', name: 'Main', credentials: { token } });
    await models.Integration.updateOne({ _id }, { isActive: false, healthStatus: 'disabled', consecutiveFailures: 50 });
    emitted.length = 0;
    const integration = await store.enable(String(_id));
    const clean = { isActive: true, healthStatus: 'healthy', consecutiveFailures: 0 };
    expect(integration).toMatchObject(clean);
    expect(await models.Integration.findById(_id).lean()).toMatchObject(clean);
    const payload = { integration, previousStatus: 'disabled', newStatus: 'healthy' };
    expect(emitted).toEqual([{ name: 'integrationHealthChanged', payload }]);
    await store.enable(integration);
    expect(emitted).toHaveLength(1);
  });

  it.each(['x', String(new Types.ObjectId())])('raises INTEGRATION_NOT_FOUND for %j', async (id) => {
    await expect(store.enable(id)).rejects.toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
  });
});
