import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { createFixture, newKey, openFixture, token, TypedValue } from './store-fixture.js';

const { connection } = useDatabase();
const { models, store, sealer, values } = openFixture(connection);

const createAcme = () => store.create({ provider: 'acme', name: 'Main', credentials: { token } });

describe('getCredentials and getMetadata', () => {
  it('give what the data classes of the provider make', async () => {
    const integration = await store.create({
      provider: 'typed',
      name: 'Main',
      credentials: { token },
      metadata: { repo: 'docs' },
    });
    const found = await store.findOrFail(integration._id);
    const [credentials, metadata] = [await found.getCredentials(), found.getMetadata()];
    expect([credentials, metadata]).toEqual([expect.any(TypedValue), expect.any(TypedValue)]);
    expect([credentials, metadata]).toMatchObject([{ plain: { token } }, { plain: { repo: 'docs' } }]);
    expect(await found.credentialsArray()).toEqual({ token });
  });

  it('give plain objects for other providers, registered or not', async () => {
    const { _id } = await createAcme();
    expect(await (await store.findOrFail(_id)).getCredentials()).toEqual({ token, region: 'eu' });
    await models.Integration.updateOne({ _id }, { provider: 'retired', metadata: null });
    const orphan = await store.findOrFail(_id);
    expect(await orphan.getCredentials()).toEqual({ token, region: 'eu' });
    expect(orphan.getMetadata()).toEqual({});
  });

  it('add the tokens to the credentials', async () => {
    const { _id } = await createAcme();
    const { sealed } = await sealer.seal({ integrationId: _id, field: 'tokens', value: { accessToken: 'at-12345' } });
    await models.Integration.updateOne({ _id }, { tokens: sealed });
    const integration = await store.findOrFail(_id);
    expect(await integration.credentialsArray()).toEqual({ token, region: 'eu', accessToken: 'at-12345' });
    expect(await values.knownSecrets(integration)).toEqual([token, 'at-12345']);
  });

  it('give empty objects where nothing is stored', async () => {
    const integration = await models.Integration.create({ provider: 'acme', name: 'Bare' });
    expect(await integration.getCredentials()).toEqual({});
    expect(integration.getMetadata()).toEqual({});
    expect(await values.knownSecrets(integration)).toEqual([]);
  });

  it('never hand out what a reader changed', async () => {
    const integration = await createAcme();
    Object.assign(await integration.credentialsArray(), { token: 'changed' });
    Object.assign(await integration.getCredentials(), { token: 'changed' });
    expect(await integration.credentialsArray()).toEqual({ token, region: 'eu' });
  });

  it('raise what is wrong with a ciphertext, every time', async () => {
    const [mine, other] = [await createAcme(), await createAcme()];
    await models.Integration.updateOne({ _id: mine._id }, { credentials: other.credentials });
    const swapped = await store.findOrFail(mine._id);
    for (let i = 0; i < 2; i += 1) {
      await expect(swapped.getCredentials()).rejects.toMatchObject({ code: 'CREDENTIALS_UNDECRYPTABLE' });
      await expect(swapped.credentialsArray()).rejects.toMatchObject({ code: 'CREDENTIALS_UNDECRYPTABLE' });
      await expect(values.knownSecrets(swapped)).rejects.toMatchObject({ code: 'CREDENTIALS_UNDECRYPTABLE' });
    }
    const stranger = createFixture(models, [newKey('other')]);
    await expect(stranger.values.getCredentials(other)).rejects.toMatchObject({ code: 'ENCRYPTION_KEY_MISSING' });
  });

  it.each(['credentials', 'tokens', 'metadata'] as const)('say that the %s were not loaded', async (field) => {
    const { _id } = await createAcme();
    for (const projection of [{ [field]: 0 }, { provider: 1 }]) {
      const partial = await models.Integration.findOne({ _id }).select(projection).orFail();
      const read = async () => (field === 'metadata' ? partial.getMetadata() : partial.getCredentials());
      await expect(read()).rejects.toMatchObject({
        code: 'INTEGRATION_INVALID',
        message: expect.stringContaining('select'),
      });
    }
  });
});

describe('knownSecrets', () => {
  it('is one list while the sealed values are the same', async () => {
    const { _id } = await createAcme();
    const { sealed } = await sealer.seal({ integrationId: _id, field: 'tokens', value: { accessToken: 'at-12345' } });
    const withoutTokens = await store.findOrFail(_id);
    await models.Integration.updateOne({ _id }, { tokens: sealed });
    const withTokens = await store.findOrFail(_id);
    for (const integration of [withoutTokens, withTokens]) {
      expect(await values.knownSecrets(integration)).toBe(await values.knownSecrets(integration));
    }
  });
});
