import { beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../../lib/index.js';
import { useSyncWorld } from '../sync-world.js';

const world = useSyncWorld();
const soon = new Date('2126-01-01T00:00:00Z');
let integration: IntegrationDocument;

beforeEach(async () => {
  integration = await world.integration({ syncIntervalMinutes: 30 });
  await world.set(integration, { nextSyncAt: soon });
});

const integrations = () => world.get().integrations;
const next = async () => (await world.stored(integration)).nextSyncAt;

describe('the schedule of a new integration', () => {
  it('may be minutes, or a cron expression in a time zone', async () => {
    const own = await world.integration({ syncCron: '0 3 * * *', syncTimeZone: 'Europe/Berlin' });
    expect(own).toMatchObject({ syncCron: '0 3 * * *', syncTimeZone: 'Europe/Berlin', syncIntervalMinutes: null });
  });

  it.each([
    ['syncCron', 'every day'],
    ['syncCron', '0 0 30 2 *'],
    ['syncTimeZone', 'Europe/Nowhere'],
    ['syncIntervalMinutes', 0],
  ])('cannot have the %s %s, and the error names the field', async (path, value) => {
    const refused = { code: 'INTEGRATION_INVALID', details: { path } };
    await expect(world.integration({ [path]: value })).rejects.toMatchObject(refused);
    await expect(integrations().update(integration, { [path]: value })).rejects.toMatchObject(refused);
  });
});

describe('a change of the schedule', () => {
  it.each([
    { syncIntervalMinutes: 5 },
    { syncIntervalMinutes: null },
    { syncCron: '0 3 * * *' },
    { syncTimeZone: 'UTC' },
  ])('begins it anew: %o', async (change) => {
    expect(await integrations().update(integration, change)).toMatchObject({ ...change, nextSyncAt: null });
  });

  it('to what it was leaves it as it is', async () => {
    await integrations().update(integration, { syncIntervalMinutes: 30, syncCron: null, syncTimeZone: null });
    expect(await next()).toEqual(soon);
  });

  it('goes with other changes, of credentials too', async () => {
    await integrations().update(integration, { credentials: {}, syncIntervalMinutes: 5 });
    expect(await next()).toBeNull();
  });

  it('is none where others fields change', async () => {
    await integrations().update(integration, { name: 'Other' });
    expect(await next()).toEqual(soon);
  });
});

describe('switching on', () => {
  it('begins the schedule anew', async () => {
    await integrations().disable(integration);
    await integrations().enable(integration);
    expect(await next()).toBeNull();
  });

  it('what is on leaves the schedule as it is', async () => {
    await integrations().enable(integration);
    expect(await next()).toEqual(soon);
  });

  it('is stamped', async () => {
    await world.set(integration, { updatedAt: new Date(0) });
    expect((await integrations().enable(integration)).updatedAt.getTime()).toBeGreaterThan(0);
  });
});
