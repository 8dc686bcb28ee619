import { describe, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { localProvider } from '../../support/local-provider.js';
import { memoryLogger } from '../../support/memory-logger.js';
import { json, storedOf } from './cache-world.js';

const database = useDatabase();
const upstream = useHttpServer();
const key = (id: string, byte: number) => ({ id, secret: Buffer.alloc(32, byte).toString('base64') });
const old = key('old', 1);
const local = useLocalInstance(database, upstream, {
  encryptionKeys: [old],
  provider: { sealCachedResponses: true },
});
const models = () => local.integrations.models;
const patient = { name: 'Jane Doe' };
const call = (endpoint: string) => local.integration.at(endpoint).withCache(60).get();

describe('the responses of a provider that wants them sealed', () => {
  it('cannot be read in the database, and come back as they were', async () => {
    upstream.answer(json(patient));
    await call('/sealed');
    const [stored] = await storedOf(models(), '/sealed');
    expect(stored).toMatchObject({ payload: null, sealedPayload: expect.any(String) });
    expect(JSON.stringify(stored)).not.toContain('Jane');
    await expect(call('/sealed')).resolves.toEqual(patient);
    expect(upstream.received).toHaveLength(1);
  });

  it('open nowhere but in their own place: another one is not served, and said so', async () => {
    upstream.answer(json('one'));
    await call('/one');
    upstream.answer(json('two'));
    await call('/two');
    const [one] = await storedOf(models(), '/one');
    await models().IntegrationResponse.collection.updateOne(
      { endpoint: '/two' },
      { $set: { sealedPayload: one!.sealedPayload } },
    );
    await expect(call('/two')).resolves.toBe('two');
    expect(upstream.received).toHaveLength(3);
    expect(local.logger.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: expect.stringContaining('cannot be read'),
        meta: expect.objectContaining({ code: 'CREDENTIALS_UNDECRYPTABLE' }),
      }),
    );
    // It is replaced by what was fetched.
    await expect(call('/two')).resolves.toBe('two');
    expect(upstream.received).toHaveLength(3);
  });

  it('are fetched anew under a new key', async () => {
    upstream.answer(json(patient));
    await call('/rotated');
    const rotated = createIntegrations({
      connection: database.connection,
      prefix: 'rotated',
      encryptionKeys: [key('new', 2), old],
      http: { allowedPrivateHosts: ['127.0.0.1'] },
      logger: memoryLogger(),
      providers: { local: { ...localProvider(upstream), sealCachedResponses: true } },
    });
    await rotated.start();
    const { collectionName } = models().IntegrationResponse.collection;
    await database.connection
      .db!.collection(collectionName)
      .aggregate([{ $out: 'rotated_responses' }])
      .toArray();
    const [integration] = await models().Integration.find().lean();
    await rotated.models.Integration.collection.insertOne(integration!);
    const reloaded = await rotated.findOrFail(local.integration.id);
    await expect(reloaded.at('/rotated').withCache(60).get()).resolves.toEqual(patient);
    expect(upstream.received).toHaveLength(2);
    await rotated.close();
  });
});

describe('a response that cannot be read', () => {
  it('is fetched anew: it was stored by a later version of Node.js, say', async () => {
    upstream.answer(json('new'));
    await call('/unreadable');
    await models().IntegrationResponse.collection.updateOne(
      { endpoint: '/unreadable' },
      { $set: { sealedPayload: null, payload: Buffer.from([255, 254, 1]) } },
    );
    await expect(call('/unreadable')).resolves.toBe('new');
    await expect(call('/unreadable')).resolves.toBe('new');
    expect(upstream.received).toHaveLength(2);
  });
});
