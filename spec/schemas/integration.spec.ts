import { Schema, Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { runWithin } from '../../lib/context.js';
import { documentMethods } from '../../lib/instance/document-methods.js';
import type { IntegrationFields } from '../../schemas/integration.js';
import { compileModels } from '../../schemas/models.js';
import { useDatabase } from '../support/database.js';

const { connection } = useDatabase();
const { Integration } = compileModels(
  connection,
  'integration',
  documentMethods(() => {
    throw new Error('These documents are not part of an instance');
  }),
).models;
const Team = connection.model('Team', new Schema({ title: String }));

const hour = 3_600_000;

function create(name: string, fields: Partial<IntegrationFields> = {}) {
  return Integration.create({ provider: 'acme', name, ...fields });
}

async function namesOf(query: { then: unknown } & PromiseLike<readonly { name: string }[]>): Promise<string[]> {
  return (await query).map(({ name }) => name).sort();
}

beforeEach(async () => {
  await Integration.deleteMany();
});

describe('a new integration', () => {
  it('is active and healthy, connected to nothing, owned by nobody, and without a schedule', async () => {
    const { _id } = await create('Acme');
    expect(await Integration.findById(_id).lean()).toEqual({
      _id,
      provider: 'acme',
      name: 'Acme',
      credentials: null,
      tokens: null,
      credentialVersion: 0,
      sealedWith: [],
      metadata: null,
      ownerType: null,
      ownerId: null,
      isActive: true,
      healthStatus: 'healthy',
      authStatus: 'none',
      consecutiveFailures: 0,
      lastErrorAt: null,
      lastSyncedAt: null,
      nextSyncAt: null,
      staleSince: null,
      failureRateElevatedSince: null,
      syncIntervalMinutes: null,
      syncCron: null,
      syncTimeZone: null,
      syncPausedAt: null,
      consecutiveSyncFailures: 0,
      lastSyncRunId: null,
      syncCursor: null,
      tokenExpiresAt: null,
      tokenRefreshAt: null,
      tokenRefresh: null,
      grantEndedAt: null,
      grantedScopes: null,
      connectedAccount: null,
      accountChangedAt: null,
      authenticatedUser: null,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
      __v: 0,
    });
  });

  it('keeps metadata and cursor as plain BSON, an empty object included', async () => {
    const { _id } = await create('Acme', { metadata: { repo: 'web', options: {} }, syncCursor: {} });
    expect(await Integration.findById(_id).lean()).toMatchObject({
      metadata: { repo: 'web', options: {} },
      syncCursor: {},
    });
  });

  it.each([{ healthStatus: 'unwell' }, { authStatus: 'maybe' }, { provider: '' }, { name: '' }])(
    'is refused with %j',
    async (fields) => {
      await expect(create('Acme', fields as Partial<IntegrationFields>)).rejects.toMatchObject({
        name: 'ValidationError',
      });
    },
  );
});

describe('ownedBy()', () => {
  it('finds the integrations of one owner, given as a document or by type and id', async () => {
    const [team, other] = await Team.create([{ title: 'A' }, { title: 'B' }]);
    await create('of A', { ownerType: 'Team', ownerId: team!._id });
    await create('of B', { ownerType: 'Team', ownerId: other!._id });
    await create("of A's namesake", { ownerType: 'User', ownerId: team!._id });
    await create('of nobody');
    expect(await namesOf(Integration.find().ownedBy(team!))).toEqual(['of A']);
    expect(await namesOf(Integration.find().ownedBy({ type: 'Team', id: other!._id }))).toEqual(['of B']);
    expect(await namesOf(Integration.find().ownedBy(null))).toEqual(['of nobody']);
  });

  it('refuses what is no record', () => {
    expect(() => Integration.find().ownedBy({ type: '', id: 7 })).toThrow(
      expect.objectContaining({ code: 'RECORD_INVALID' }),
    );
  });
});

describe('active() and forProvider()', () => {
  it('find what is switched on, and what is of a provider', async () => {
    await create('on');
    await create('off', { isActive: false });
    await create('other', { provider: 'other' });
    expect(await namesOf(Integration.find().active())).toEqual(['on', 'other']);
    expect(await namesOf(Integration.find().forProvider('acme'))).toEqual(['off', 'on']);
    expect(await namesOf(Integration.find().active().forProvider('acme'))).toEqual(['on']);
  });
});

describe('dueForSync()', () => {
  it('finds active integrations with an interval whose next sync is due or was never planned', async () => {
    const past = new Date(Date.now() - hour);
    const future = new Date(Date.now() + hour);
    await create('due', { syncIntervalMinutes: 5, nextSyncAt: past });
    await create('never planned', { syncIntervalMinutes: 5 });
    await create('not yet', { syncIntervalMinutes: 5, nextSyncAt: future });
    await create('without an interval', { nextSyncAt: past });
    await create('with an interval of 0', { syncIntervalMinutes: 0, nextSyncAt: past });
    await create('switched off', { syncIntervalMinutes: 5, nextSyncAt: past, isActive: false });
    expect(await namesOf(Integration.find().dueForSync())).toEqual(['due', 'never planned']);
  });
});

describe('owner', () => {
  it('is populated whatever its model is', async () => {
    const team = await Team.create({ title: 'A' });
    await create('of A', { ownerType: 'Team', ownerId: team._id });
    await create('of nobody');
    const [ofTeam, ofNobody] = await Integration.find().sort({ name: 1 }).populate('owner');
    expect(ofTeam?.get('owner')).toBeInstanceOf(Team);
    expect(ofNobody?.get('owner')).toBeUndefined();
  });
});

describe('currentContext()', () => {
  it('is the context of the call whose callback runs', () => {
    expect(Integration.currentContext()).toBeNull();
    const request = {
      integrationId: new Types.ObjectId(),
      provider: 'acme',
      endpoint: '/issues',
      method: 'GET',
      idempotencyKey: null,
      attempt: 1,
      maxAttempts: 1,
      signal: new AbortController().signal,
      responseMetadata: {},
      reportResponseMetadata: () => undefined,
    };
    expect(runWithin({ request }, () => Integration.currentContext())).toBe(request);
  });
});
