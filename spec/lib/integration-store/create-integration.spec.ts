import { inspect } from 'node:util';
import { mongo, Schema, Types } from 'mongoose';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CreateIntegrationInput } from '../../../lib/integration-store/create-integration.js';
import { describeWithReplicaSet, useDatabase, useReplicaSetDatabase } from '../../support/database.js';
import { key, openFixture, token } from './store-fixture.js';
import { waitFor } from '../../support/wait-for.js';

const { connection } = useDatabase();
const { models, store, emitted } = openFixture(connection);
const acme = { provider: 'acme', name: 'Main', credentials: { token } } satisfies CreateIntegrationInput;

beforeEach(async () => {
  emitted.length = 0;
  await models.Integration.deleteMany();
});

describe('create', () => {
  it('stores the credentials as ciphertext and gives them back in clear', async () => {
    const integration = await store.create(acme);
    const raw = await models.Integration.collection.findOne({ _id: integration._id });
    expect(raw?.credentials).toMatch(/^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(JSON.stringify(raw)).not.toContain(token);
    expect(raw).toMatchObject({ tokens: null, sealedWith: [key.id], credentialVersion: 0 });
    const found = await store.findOrFail(integration._id);
    expect(await found.credentialsArray()).toMatchObject({ token });
  });

  it('shows no ciphertext in JSON, plain objects and inspection', async () => {
    const integration = await store.create(acme);
    const shown = JSON.stringify(integration) + JSON.stringify(integration.toObject());
    expect(shown).not.toContain('eyJ');
    expect(inspect(integration)).not.toContain('eyJ');
  });

  it('fills in what the schemas default', async () => {
    const integration = await store.create({ ...acme, metadata: { repo: 'docs' } });
    expect(await integration.getCredentials()).toEqual({ token, region: 'eu' });
    expect(integration.getMetadata()).toEqual({ repo: 'docs', perPage: 50 });
  });

  it('leaves the given objects as they are', async () => {
    const input = Object.freeze({ ...acme, credentials: Object.freeze({ token }), metadata: Object.freeze({}) });
    await store.create(input);
    expect(input).toEqual({ ...acme, metadata: {} });
  });

  it('starts active, healthy and without a schedule', async () => {
    expect(await store.create(acme)).toMatchObject({
      isActive: true,
      healthStatus: 'healthy',
      authStatus: 'none',
      consecutiveFailures: 0,
      syncIntervalMinutes: null,
      ownerType: null,
      ownerId: null,
    });
    expect(await store.create({ ...acme, isActive: false, syncIntervalMinutes: 15 })).toMatchObject({
      isActive: false,
      syncIntervalMinutes: 15,
    });
  });

  it('takes an owner as a document or as { type, id }, and finds both by ownedBy', async () => {
    const Team = connection.model('Team', new Schema({ name: String }));
    const team = await new Team({ name: 'Blue' }).save();
    const byDocument = await store.create({ ...acme, owner: team });
    const byReference = await store.create({ ...acme, owner: { type: 'Team', id: team._id } });
    await store.create({ ...acme, owner: { type: 'Team', id: new Types.ObjectId() } });
    await store.create(acme);
    const owned = await models.Integration.find().ownedBy(team).sort({ _id: 1 }).populate('owner');
    expect(owned.map(({ id }) => id)).toEqual([byDocument.id, byReference.id]);
    for (const integration of owned) expect(integration.get('owner')).toMatchObject({ name: 'Blue' });
    expect(await models.Integration.countDocuments().where({ ownerType: null })).toBe(1);
  });

  it('emits integrationCreated once it is stored', async () => {
    const integration = await store.create(acme);
    expect(emitted).toEqual([{ name: 'integrationCreated', payload: { integration } }]);
  });

  it.each([
    ['unknown provider', { provider: 'nobody' }, 'PROVIDER_UNKNOWN', "'nobody'"],
    ['operator for a provider', { provider: { $ne: '' } }, 'INTEGRATION_INVALID', 'provider: '],
    ['missing provider', { provider: undefined }, 'INTEGRATION_INVALID', 'provider: '],
    ['missing name', { name: undefined }, 'INTEGRATION_INVALID', 'name: '],
    ['empty name', { name: '  ' }, 'INTEGRATION_INVALID', 'name: '],
    ['name too long', { name: 'x'.repeat(201) }, 'INTEGRATION_INVALID', 'got string of 201 characters'],
    ['number for a name', { name: 5 }, 'INTEGRATION_INVALID', 'got number'],
    ['text for a switch', { isActive: 'false' }, 'INTEGRATION_INVALID', 'isActive: expected true or false, got string'],
    ['interval of 0', { syncIntervalMinutes: 0 }, 'INTEGRATION_INVALID', 'syncIntervalMinutes: '],
    ['interval of half a minute', { syncIntervalMinutes: 0.5 }, 'INTEGRATION_INVALID', 'syncIntervalMinutes: '],
    ['field of the store itself', { healthStatus: 'failing' }, 'INTEGRATION_INVALID', 'healthStatus: '],
    ['owner that is no record', { owner: { name: 'Blue' } }, 'RECORD_INVALID', '{ type, id }'],
    ['text for an owner', { owner: 'Blue' }, 'INTEGRATION_INVALID', 'owner: '],
    ['operator for an owner', { owner: { type: 'Team', id: { $gt: '' } } }, 'RECORD_INVALID', '{ type, id }'],
    ['missing credential', { credentials: {} }, 'CREDENTIALS_INVALID', 'token'],
    ['null for credentials', { credentials: null }, 'INTEGRATION_INVALID', 'credentials: '],
    ['unknown credential', { credentials: { token, tokn: 'x' } }, 'CREDENTIALS_INVALID', 'tokn'],
    ['wrong metadata', { metadata: { perPage: 'many' } }, 'METADATA_INVALID', 'perPage'],
  ])('refuses a(n) %s, and stores and tells nothing', async (_name, change, code, text) => {
    const attempt = store.create({ ...acme, ...change } as CreateIntegrationInput);
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    expect(await models.Integration.countDocuments()).toBe(0);
    expect(emitted).toEqual([]);
  });

  it('names no credential value in an error', async () => {
    const secret = 'sk_9d8f';
    const attempts = [{ token: secret }, { token: [secret] }, { token, other: secret }, secret];
    for (const credentials of attempts) {
      const error: unknown = await store
        .create({ ...acme, credentials: credentials as never })
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'CREDENTIALS_INVALID' });
      expect(inspect(error, { depth: 10 })).not.toContain(secret);
    }
  });
});

describeWithReplicaSet('create in a transaction', () => {
  const database = useReplicaSetDatabase();
  const fixture = openFixture(database.connection);

  beforeEach(() => {
    fixture.emitted.length = 0;
  });

  it('emits once the session has ended, for what was committed, however often the callback ran', async () => {
    let runs = 0;
    const session = await database.connection.startSession();
    const integration = await session.withTransaction(async () => {
      runs += 1;
      const created = await fixture.store.create(acme, { session });
      if (runs === 1) throw transientError();
      return created;
    });
    expect(fixture.emitted).toEqual([]);
    await session.endSession();
    await waitFor(() => expect(fixture.emitted).toEqual([{ name: 'integrationCreated', payload: { integration } }]));
    expect(runs).toBe(2);
    expect(await fixture.models.Integration.countDocuments()).toBe(1);
  });

  it('stores and tells nothing when it is rolled back', async () => {
    const before = await fixture.models.Integration.countDocuments();
    const exists = fixture.models.Integration.exists.bind(fixture.models.Integration);
    const found: unknown[] = [];
    vi.spyOn(fixture.models.Integration, 'exists').mockImplementationOnce((async (filter: object) => {
      found.push(await exists(filter));
      return found[0];
    }) as never);
    const attempt = database.connection.transaction(async (session) => {
      await fixture.store.create(acme, { session });
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow('changed my mind');
    await waitFor(() => expect(found).toEqual([null]));
    expect(fixture.emitted).toEqual([]);
    expect(await fixture.models.Integration.countDocuments()).toBe(before);
  });
});

function transientError(): Error {
  const error = new mongo.MongoServerError({ message: 'again' });
  error.addErrorLabel('TransientTransactionError');
  return error;
}
