import { describe, expect, it } from 'vitest';
import { refreshDocument } from '../../../lib/integration-store/refresh-document.js';
import { useDatabase } from '../../support/database.js';
import { openFixture, token } from './store-fixture.js';

const { connection } = useDatabase();
const { models, store } = openFixture(connection);

const create = () => store.create({ provider: 'acme', name: 'Main', credentials: { token } });

describe('refreshing a document', () => {
  it('shows what was stored, and is no change: save() does not write it', async () => {
    const integration = await create();
    refreshDocument(integration, { consecutiveFailures: 3, healthStatus: 'degraded' });
    expect(integration).toMatchObject({ consecutiveFailures: 3, healthStatus: 'degraded' });
    expect(integration.isModified()).toBe(false);
    integration.name = 'Renamed';
    await integration.save();
    expect(await store.find(integration._id)).toMatchObject({ name: 'Renamed', consecutiveFailures: 0 });
  });

  it('leaves what the application has changed by itself', async () => {
    const integration = await create();
    integration.isActive = false;
    refreshDocument(integration, { isActive: true });
    expect(integration.isActive).toBe(false);
    expect(integration.modifiedPaths()).toEqual(['isActive']);
  });

  it('leaves out what the application has not loaded', async () => {
    const { _id } = await create();
    const part = await models.Integration.findById(_id).select({ name: 1 }).orFail();
    refreshDocument(part, { consecutiveFailures: 3 });
    expect(part.get('consecutiveFailures')).toBeUndefined();
  });
});
