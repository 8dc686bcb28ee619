import { Types } from 'mongoose';
import { describe, expect, it, vi } from 'vitest';
import type { UpdateIntegrationInput } from '../../../lib/integration-store/update-integration.js';
import { describeWithReplicaSet, useDatabase, useReplicaSetDatabase } from '../../support/database.js';
import { createFixture, newKey, openFixture, token } from './store-fixture.js';

const { connection } = useDatabase();
const { models, store, sealer } = openFixture(connection);
const newToken = 'tok_0b7d3e55';

const create = (metadata = { repo: 'docs' }) =>
  store.create({ provider: 'acme', name: 'Main', credentials: { token, region: 'us' }, metadata });
const raw = (_id: Types.ObjectId) => models.Integration.collection.findOne({ _id });

describe('update', () => {
  it('changes what is named and leaves the rest', async () => {
    const { _id } = await create();
    const before = await raw(_id);
    const owner = { type: 'Team', id: new Types.ObjectId() };
    const updated = await store.update(_id, { name: 'Other', owner, syncIntervalMinutes: 30 });
    const changed = { name: 'Other', ownerType: 'Team', ownerId: owner.id, syncIntervalMinutes: 30 };
    expect(updated).toMatchObject(changed);
    expect(await raw(_id)).toEqual({ ...before, ...changed, updatedAt: updated.updatedAt });
    expect(await store.update(updated, { owner: null, syncIntervalMinutes: null })).toMatchObject({
      name: 'Other',
      ownerType: null,
      ownerId: null,
      syncIntervalMinutes: null,
    });
  });

  it('replaces credentials as a whole, with the defaults, under a new version', async () => {
    const { _id } = await create();
    const updated = await store.update(_id, { credentials: { token: newToken }, name: 'Other' });
    expect(await updated.getCredentials()).toEqual({ token: newToken, region: 'eu' });
    expect(updated).toMatchObject({ name: 'Other', credentialVersion: 1 });
    expect(JSON.stringify(await raw(_id))).not.toContain(newToken);
  });

  it('replaces metadata as a whole, with the defaults', async () => {
    const updated = await store.update(await create(), { metadata: { repo: 'code' } });
    expect(updated.getMetadata()).toEqual({ repo: 'code', perPage: 50 });
  });

  it('leaves tokens as they are, and names their key', async () => {
    const { _id } = await create();
    const old = createFixture(models, [newKey('old')]);
    const { sealed } = await old.sealer.seal({ integrationId: _id, field: 'tokens', value: { accessToken: 'a' } });
    await models.Integration.updateOne({ _id }, { tokens: sealed });
    await store.update(_id, { credentials: { token: newToken } });
    expect(await raw(_id)).toMatchObject({ tokens: sealed, sealedWith: ['2026-11', 'old'] });
  });

  it.each([
    [{ credentials: {} }, 'CREDENTIALS_INVALID'],
    [{ credentials: { token: 'short' } }, 'CREDENTIALS_INVALID'],
    [{ credentials: null }, 'INTEGRATION_INVALID'],
    [{ metadata: { perPage: 1.5 } }, 'METADATA_INVALID'],
    [{ name: '' }, 'INTEGRATION_INVALID'],
    [{ name: { $set: 1 } }, 'INTEGRATION_INVALID'],
    [{ $set: { isActive: false } }, 'INTEGRATION_INVALID'],
    [{ provider: 'typed' }, 'INTEGRATION_INVALID'],
    [{ isActive: false }, 'INTEGRATION_INVALID'],
    [{ credentialVersion: 7 }, 'INTEGRATION_INVALID'],
    [{ owner: { type: 'Team', id: { $ne: 1 } } }, 'RECORD_INVALID'],
  ])('refuses %j and changes nothing', async (input, code) => {
    const { _id } = await create();
    const before = await raw(_id);
    await expect(store.update(_id, { name: 'Other', ...input } as UpdateIntegrationInput)).rejects.toMatchObject({
      code,
    });
    expect(await raw(_id)).toEqual(before);
  });

  it.each(['x', String(new Types.ObjectId())])('raises INTEGRATION_NOT_FOUND for %j', async (id) => {
    for (const input of [{ name: 'Other' }, { credentials: { token } }, { metadata: {} }]) {
      await expect(store.update(id, input)).rejects.toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
    }
  });
});

describe('update of credentials that cannot be opened', () => {
  it('leaves them as they are, unless new ones are given', async () => {
    const lost = createFixture(models, [newKey('lost')]);
    const { _id } = await lost.store.create({ provider: 'acme', name: 'Main', credentials: { token } });
    const before = await raw(_id);
    const updated = await store.update(_id, { name: 'Other', metadata: { repo: 'code' }, owner: null });
    await store.disable(_id);
    await store.enable(_id);
    updated.name = 'By save()';
    await updated.save();
    await expect(updated.getCredentials()).rejects.toMatchObject({ code: 'ENCRYPTION_KEY_MISSING' });
    expect((await raw(_id))?.credentials).toBe(before?.credentials);

    const remedied = await store.update(_id, { credentials: { token: newToken } });
    expect(await remedied.credentialsArray()).toEqual({ token: newToken, region: 'eu' });
    expect(remedied.sealedWith).toEqual(['2026-11']);
  });
});

describe('update of an integration whose provider is not registered', () => {
  it('changes all but what only the provider could validate', async () => {
    const { _id } = await create();
    await models.Integration.updateOne({ _id }, { provider: 'retired' });
    const updated = await store.update(_id, { name: 'Other' });
    expect(updated.name).toBe('Other');
    expect(await updated.getCredentials()).toEqual({ token, region: 'us' });
    expect(updated.getMetadata()).toEqual({ repo: 'docs', perPage: 50 });
    for (const input of [{ credentials: { token } }, { metadata: {} }]) {
      await expect(store.update(_id, input)).rejects.toMatchObject({ code: 'PROVIDER_UNKNOWN' });
    }
  });
});

describe('update of credentials while others change them', () => {
  /** Lets another writer have its way between the store's reading and its writing, so many times. */
  function interfere(times: number, write: () => Promise<unknown>) {
    const original = models.Integration.findOneAndUpdate.bind(models.Integration);
    const spy = vi.spyOn(models.Integration, 'findOneAndUpdate');
    for (let i = 0; i < times; i += 1) {
      spy.mockImplementationOnce(((...parameters: Parameters<typeof original>) =>
        write().then(() => original(...parameters).exec())) as never);
    }
    return spy;
  }

  it('writes each on top of the other: no version is lost', async () => {
    const { _id } = await create();
    const tokens = Array.from({ length: 4 }, (_, n) => `tok_parallel_${String(n)}`);
    const updated = await Promise.all(tokens.map((each) => store.update(_id, { credentials: { token: each } })));
    expect(updated.map(({ credentialVersion }) => credentialVersion).sort()).toEqual([1, 2, 3, 4]);
    const last = updated.find(({ credentialVersion }) => credentialVersion === 4);
    expect((await raw(_id))?.credentials).toBe(last?.credentials);
  });

  it('tries three times more', async () => {
    const { _id } = await create();
    interfere(3, () => models.Integration.updateOne({ _id }, { $inc: { credentialVersion: 1 } }));
    const updated = await store.update(_id, { credentials: { token: newToken } });
    expect(updated.credentialVersion).toBe(4);
    vi.restoreAllMocks();
  });

  it('raises CREDENTIALS_CONFLICT after that, and leaves what the others wrote', async () => {
    const { _id } = await create();
    const before = await raw(_id);
    interfere(4, () => models.Integration.updateOne({ _id }, { $inc: { credentialVersion: 1 } }));
    await expect(store.update(_id, { credentials: { token: newToken } })).rejects.toMatchObject({
      code: 'CREDENTIALS_CONFLICT',
    });
    expect((await raw(_id))?.credentials).toBe(before?.credentials);
    vi.restoreAllMocks();
  });

  it('names the key of tokens that a rotation sealed anew meanwhile', async () => {
    const { _id } = await create();
    const other = createFixture(models, [newKey('other')]);
    const place = { integrationId: _id, field: 'tokens', value: { accessToken: 'a' } } as const;
    const [mine, theirs] = [await sealer.seal(place), await other.sealer.seal(place)];
    await models.Integration.updateOne({ _id }, { tokens: mine.sealed });
    interfere(1, () => models.Integration.updateOne({ _id }, { tokens: theirs.sealed }));
    const updated = await store.update(_id, { credentials: { token: newToken } });
    expect(updated.sealedWith).toEqual(['2026-11', 'other']);
    vi.restoreAllMocks();
  });
});

describeWithReplicaSet('update in a transaction', () => {
  const database = useReplicaSetDatabase();
  const fixture = openFixture(database.connection);

  it('is undone with it', async () => {
    const { _id } = await fixture.store.create({ provider: 'acme', name: 'Main', credentials: { token } });
    const attempt = database.connection.transaction(async (session) => {
      await fixture.store.update(_id, { name: 'Other', metadata: { repo: 'x' } }, { session });
      await fixture.store.update(_id, { credentials: { token: newToken } }, { session });
      await fixture.store.disable(_id, { session });
      expect(await fixture.store.find({ name: 'Other' }, { session })).not.toBeNull();
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow('changed my mind');
    const after = await fixture.store.findOrFail(_id);
    expect(after).toMatchObject({ name: 'Main', isActive: true, credentialVersion: 0 });
    expect(await after.credentialsArray()).toMatchObject({ token });
  });
});
