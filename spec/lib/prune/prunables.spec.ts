import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { IntegrationModels, PruneTarget } from '../../../lib/index.js';
import { daysAgo, hexOf, olderThan, usePruneWorld, youngerThan } from './prune-world.js';

const world = usePruneWorld();

interface Rule {
  readonly target: PruneTarget;
  readonly model: keyof IntegrationModels;
  readonly days: number;
  /** A document of that age. */
  readonly at: (date: Date) => object;
}

const rules: readonly Rule[] = [
  { target: 'requests', model: 'IntegrationRequest', days: 90, at: (createdAt) => ({ createdAt }) },
  { target: 'logs', model: 'IntegrationLog', days: 365, at: (createdAt) => ({ createdAt, status: 'success' }) },
  {
    target: 'webhooks',
    model: 'IntegrationWebhook',
    days: 90,
    at: (processedAt) => ({ processedAt, status: 'processed' }),
  },
  {
    target: 'incidents',
    model: 'IntegrationIncident',
    days: 365,
    at: (closedAt) => ({ status: 'closed', openedAt: new Date(closedAt.getTime() - 60_000), closedAt }),
  },
  {
    target: 'syncEntities',
    model: 'IntegrationSyncEntity',
    days: 365,
    at: (missingSince) => ({ missingSince, externalId: missingSince.toISOString() }),
  },
];

describe.each(rules)('prune() of $target', ({ target, model, days, at }) => {
  it(`deletes what is older than ${String(days)} days, of all integrations, and keeps what is younger`, async () => {
    const kept = await world.store(model, at(youngerThan(days)), { ...at(new Date()), integrationId: other });
    await world.store(model, at(olderThan(days)), { ...at(daysAgo(2 * days)), integrationId: other });
    const result = await world.integrations.prune({ only: [target] });
    expect(result).toEqual({ dryRun: false, collections: { [target]: 2 }, total: 2 });
    expect(await world.left(model)).toEqual(hexOf(kept).sort());
  });

  it('deletes none of another collection', async () => {
    await world.store(model, at(daysAgo(2 * days)));
    const only = rules.map((rule) => rule.target).filter((each) => each !== target);
    expect(await world.integrations.prune({ only })).toMatchObject({ total: 0 });
    expect(await world.left(model)).toHaveLength(1);
  });
});

const other = new Types.ObjectId();
const longAgo = daysAgo(5_000);

describe('prune() keeps, however old they are,', () => {
  it.each<[string, PruneTarget, keyof IntegrationModels, object]>([
    ['operations that have not ended', 'logs', 'IntegrationLog', { status: 'processing', createdAt: longAgo }],
    ['failed webhooks', 'webhooks', 'IntegrationWebhook', { status: 'failed', processedAt: longAgo }],
    ['webhooks that wait', 'webhooks', 'IntegrationWebhook', { status: 'pending', processedAt: null }],
    ['incidents that are open', 'incidents', 'IntegrationIncident', { status: 'open', openedAt: longAgo }],
    [
      'what is there upstream, as far as known',
      'syncEntities',
      'IntegrationSyncEntity',
      { missingSince: null, lastSeenAt: longAgo },
    ],
    [
      'writes of which nobody knows whether they happened',
      'idempotencyKeys',
      'IntegrationIdempotencyKey',
      { state: 'unknown', key: 'a', expireAt: null, createdAt: longAgo, requestId: other },
    ],
    [
      'writes that are under way',
      'idempotencyKeys',
      'IntegrationIdempotencyKey',
      { state: 'in_progress', key: 'a', expireAt: null, createdAt: longAgo, leaseUntil: longAgo },
    ],
    [
      'items without a run that have failed',
      'syncItems',
      'IntegrationSyncItem',
      { syncLogId: null, status: 'failed', createdAt: longAgo },
    ],
  ])('%s', async (_what, target, model, document) => {
    const kept = await world.store(model, document);
    expect(await world.integrations.prune({ only: [target] })).toMatchObject({ total: 0 });
    expect(await world.left(model)).toEqual(hexOf(kept));
  });

  it('the requests of writes of which nobody knows whether they happened', async () => {
    const [kept = other] = await world.store('IntegrationRequest', { createdAt: longAgo }, { createdAt: longAgo });
    await world.store('IntegrationIdempotencyKey', { state: 'unknown', key: 'a', requestId: kept });
    await world.integrations.prune();
    expect(await world.left('IntegrationRequest')).toEqual([kept.toHexString()]);
  });
});

describe('prune()', () => {
  it.each<[PruneTarget, keyof IntegrationModels, (date: Date) => object]>([
    ['idempotencyKeys', 'IntegrationIdempotencyKey', (expireAt) => ({ state: 'completed', expireAt })],
    ['responses', 'IntegrationResponse', (expireAt) => ({ expireAt })],
    ['oauthFlows', 'IntegrationOAuthFlow', (expiresAt) => ({ expiresAt })],
  ])('deletes %s that have expired, where MongoDB has not', async (target, model, at) => {
    const tomorrow = new Date(Date.now() + 86_400_000);
    const ids = await world.store(model, { ...at(tomorrow), key: 'a' }, { ...at(daysAgo(1)), key: 'b' });
    await world.integrations.prune({ only: [target] });
    expect(await world.left(model)).toEqual(hexOf(ids.slice(0, 1)));
  });

  it('deletes items without a run that are done or skipped', async () => {
    const item = { syncLogId: null, createdAt: olderThan(90) };
    const young = { ...item, createdAt: youngerThan(90), status: 'success' };
    const [kept = other] = await world.store('IntegrationSyncItem', young, { ...item, status: 'success' });
    await world.store('IntegrationSyncItem', { ...item, status: 'skipped' });
    expect(await world.integrations.prune({ only: ['syncItems'] })).toMatchObject({ total: 2 });
    expect(await world.left('IntegrationSyncItem')).toEqual([kept.toHexString()]);
  });

  it('ends the time of bodies that stand for a delivery id', async () => {
    const expired = { bodyKey: 'x', bodyKeyExpiresAt: daysAgo(1) };
    await world.store('IntegrationWebhook', { status: 'failed', ...expired });
    await world.integrations.prune();
    expect(await world.models.IntegrationWebhook.collection.findOne({})).toMatchObject({
      bodyKey: null,
      bodyKeyExpiresAt: null,
    });
  });
});

describe('null', () => {
  it('keeps for ever', async () => {
    const retention = {
      ...{ requestsDays: null, logsDays: null, incidentsDays: null },
      ...{ syncItemsDays: null, syncRunsDays: null, syncEntitiesDays: null },
    };
    const integrations = world.open({ prefix: 'eternal', retention });
    const eternal = rules.filter(({ target }) => target !== 'webhooks');
    for (const { model, at } of eternal) await integrations.models[model].collection.insertOne({ ...at(longAgo) });
    const run = { phase: 'settled', settledAt: longAgo };
    for (const storedItems of ['none', 'some'])
      await integrations.models.IntegrationSyncRun.collection.insertOne({ ...run, storedItems });
    expect(await integrations.prune()).toMatchObject({ total: 0 });
    for (const { model } of eternal) expect(await integrations.models[model].countDocuments()).toBe(1);
    expect(await integrations.models.IntegrationSyncRun.countDocuments()).toBe(2);
  });
});
