import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';

const local = useLocalInstance(useDatabase(), useHttpServer(), { monitoring: { closeIncidentsAfterHours: 24 } });
const model = () => local.integrations.models.IntegrationIncident;
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);

beforeEach(() => model().deleteMany({}));

interface Given {
  readonly status?: 'open' | 'closed';
  readonly openedAt?: Date;
  readonly lastSignalAt?: Date;
  readonly integrationId?: Types.ObjectId;
}

function add({ status = 'open', openedAt = new Date(), lastSignalAt = openedAt, integrationId }: Given = {}) {
  return model().create({
    integrationId: integrationId ?? new Types.ObjectId(),
    status,
    sources: { health: status === 'open' ? 'major' : null },
    severity: 'major',
    peakSeverity: 'major',
    openedAt,
    lastSignalAt,
  });
}

describe('incidents', () => {
  it('gives the open one of an integration, or null', async () => {
    const { _id: integrationId } = local.integration;
    await add({ integrationId, status: 'closed' });
    expect(await local.integrations.incidents.current(local.integration)).toBeNull();
    const { id } = await add({ integrationId });
    expect(await local.integrations.incidents.current(String(integrationId))).toMatchObject({ id });
  });

  it('lists the newest first: of all, of a status, of an integration', async () => {
    const integrationId = new Types.ObjectId();
    const old = await add({ openedAt: hoursAgo(3), integrationId, status: 'closed' });
    const middle = await add({ openedAt: hoursAgo(2) });
    const recent = await add({ openedAt: hoursAgo(1), integrationId });
    const list = async (...input: Parameters<typeof local.integrations.incidents.list>) =>
      (await local.integrations.incidents.list(...input)).map(({ id }) => id);
    expect(await list()).toEqual([recent.id, middle.id, old.id]);
    expect(await list({ limit: 2 })).toEqual([recent.id, middle.id]);
    expect(await list({ status: 'open' })).toEqual([recent.id, middle.id]);
    expect(await list({ status: 'closed' })).toEqual([old.id]);
    expect(await list({ integration: integrationId })).toEqual([recent.id, old.id]);
    expect(await list({ integration: integrationId, status: 'closed' })).toEqual([old.id]);
  });

  it.each([{ limit: 0 }, { limit: 1001 }, { limit: 1.5 }, { status: { $ne: 'open' } as never }])(
    'refuses to list %j',
    async (input) => {
      await expect(local.integrations.incidents.list(input)).rejects.toMatchObject({ code: 'INTEGRATION_INVALID' });
    },
  );

  it('go with their integration when it is deleted', async () => {
    const integration = await local.integrations.create({
      provider: 'local',
      name: 'Gone',
      credentials: { token: localToken },
    });
    await add({ integrationId: integration._id });
    await local.integrations.delete(integration);
    expect(await model().countDocuments({ integrationId: integration._id })).toBe(0);
  });
});

describe('closeStale', () => {
  it('closes those without a signal for long, tells of each, and leaves the others', async () => {
    const events: unknown[] = [];
    const off = local.integrations.on('incidentClosed', ({ integration, incident }) =>
      events.push([integration.id, incident.id, incident.closeReason]),
    );
    const stale = await add({
      integrationId: local.integration._id,
      openedAt: hoursAgo(99),
      lastSignalAt: hoursAgo(25),
    });
    const alive = await add({ openedAt: hoursAgo(99), lastSignalAt: hoursAgo(23) });
    expect(await local.integrations.incidents.closeStale()).toBe(1);
    await expect.poll(() => events).toEqual([[local.integration.id, stale.id, 'stale']]);
    off();
    expect(await model().findById(stale._id)).toMatchObject({ status: 'closed', closedAt: expect.any(Date) });
    expect(await model().findById(alive._id)).toMatchObject({ status: 'open', closedAt: null });
  });

  it('goes through more than fit into a batch, each once, also when several do so at once', async () => {
    await Promise.all(Array.from({ length: 250 }, () => add({ openedAt: hoursAgo(30) })));
    const { incidents } = local.integrations;
    const counts = await Promise.all([incidents.closeStale(), incidents.closeStale(), incidents.closeStale()]);
    const rest = await incidents.closeStale();
    expect(counts.reduce((sum, count) => sum + count, rest)).toBe(250);
    expect(await model().countDocuments({ status: 'open' })).toBe(0);
  });
});
