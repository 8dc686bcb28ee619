import { isDeepStrictEqual } from 'node:util';
import { Types } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createIntegrations,
  type EncryptionKey,
  type IntegrationDocument,
  type RotationProgress,
} from '../../../lib/index.js';
import { createBoundSealer } from '../../../lib/credentials/bound-sealer.js';
import { countStaleKept, resealKept } from '../../../lib/credentials/kept-values.js';
import { createKeyRing } from '../../../lib/credentials/key-ring.js';
import { createRotation } from '../../../lib/credentials/rotation.js';
import { useDatabase } from '../../support/database.js';
import { newKey } from '../integration-store/store-fixture.js';
import { listThings, syncProvider, thingSeen } from '../../support/sync-provider.js';
import { requestOf } from '../../support/webhook-instance.js';
import { webhookProvider } from '../../support/webhook-provider.js';

const [oldKey, currentKey] = [newKey('old'), newKey('new')];
const database = useDatabase();

/** What has reached the application, opened. */
const seen: unknown[] = [];
/** Whether the application fails at whatever reaches it. */
let isBroken = true;

function see(value: unknown): void {
  if (isBroken) throw new Error('The application has a bug.');
  seen.push(value);
}

function open(encryptionKeys: EncryptionKey[]) {
  const integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys,
    logger: false,
    jobs: { processEverySeconds: 0.2 },
    webhooks: { tries: 1 },
    sync: { itemTries: 1, tickSeconds: 0.2 },
    providers: {
      things: {
        ...syncProvider(listThings(1), { sealSyncPayloads: true }),
        ...webhookProvider((_integration, { rawBody }) => see(rawBody.toString()), { sealWebhooks: true }),
      },
    },
  });
  integrations.onSyncItem(thingSeen, ({ payload }) => see(payload));
  return integrations;
}

type Instance = ReturnType<typeof open>;

/** Opens one after the other: they are the same application, with other keys each time. */
async function withKeys<T>(keys: EncryptionKey[], use: (integrations: Instance) => Promise<T>): Promise<T> {
  const integrations = open(keys);
  try {
    await integrations.start();
    return await use(integrations);
  } finally {
    await integrations.close();
  }
}

const rotate = (options?: Parameters<Instance['rotateKeys']>[0]) =>
  withKeys([currentKey, oldKey], (integrations) => integrations.rotateKeys(options));

async function find({ find }: Instance): Promise<IntegrationDocument> {
  return (await find({ provider: 'things', name: 'Things' }))!;
}

/** Of each kind one; the webhook and the item have failed. */
async function keepOneOfEach(integrations: Instance): Promise<void> {
  const integration = await integrations.create({ provider: 'things', name: 'Things', credentials: {} });
  await integrations.webhooks.receive({ provider: 'things', integrationId: integration.id }, requestOf('body', {}));
  await integrations.sync(integration, { wait: true });
  await integration
    .at('/charges')
    .withIdempotencyKey('charge-1')
    .post(() => Promise.resolve({ id: 'ch_1' }));
  const { IntegrationWebhook } = integrations.models;
  await expect.poll(() => IntegrationWebhook.countDocuments({ status: 'failed' }), { timeout: 15_000 }).toBe(1);
}

/** All documents that hold something sealed, but for what each start of an instance writes. */
async function everything(): Promise<unknown[]> {
  const names = ['integrations', 'integration_webhooks', 'integration_sync_items', 'integration_idempotency_keys'];
  const { db } = database.connection;
  return Promise.all(names.map((name) => db!.collection(name).find().sort({ _id: 1 }).toArray()));
}

afterEach(async () => {
  const collections = await database.connection.db!.collections();
  await Promise.all(collections.map((collection) => collection.deleteMany({})));
});

describe('rotateKeys() and what is kept for a while', () => {
  beforeEach(async () => {
    [seen.length, isBroken] = [0, true];
    await withKeys([oldKey], keepOneOfEach);
  });

  it('seals it with the current key: the old one is needed no longer', async () => {
    const progress: RotationProgress[] = [];
    const result = await rotate({ onProgress: (facts) => progress.push(facts) });
    expect(result).toEqual({ resealed: 4, failed: [], remaining: 0 });
    expect(progress.at(-1)).toEqual({ resealed: 4, failed: 0 });
    isBroken = false;
    await withKeys([currentKey], async (integrations) => {
      const integration = await find(integrations);
      expect(await integrations.idempotency.inspect(integration, 'charge-1')).toMatchObject({ result: { id: 'ch_1' } });
      const failed = await integrations.models.IntegrationWebhook.findOne({ status: 'failed' });
      await integrations.webhooks.replay(failed!);
      const [item] = await integrations.syncs.failed();
      await integrations.syncs.retry(item!);
      await expect.poll(() => seen, { timeout: 15_000 }).toHaveLength(2);
      expect(seen).toEqual(expect.arrayContaining(['body', { id: 1 }]));
    });
  });

  it('counts it in a dry run, and changes nothing', async () => {
    const before = await everything();
    expect(await rotate({ dryRun: true })).toEqual({ resealed: 0, failed: [], remaining: 4 });
    expect(await everything()).toEqual(before);
  });

  it('has nothing to do the second time', async () => {
    await rotate();
    const sealed = await everything();
    expect(await rotate()).toEqual({ resealed: 0, failed: [], remaining: 0 });
    expect(await everything()).toEqual(sealed);
  });

  it('reports what it cannot open, and leaves it as it is', async () => {
    const before = await everything();
    const result = await withKeys([currentKey], (integrations) => integrations.rotateKeys());
    expect(result).toEqual({
      resealed: 0,
      failed: (['integration', 'webhook', 'sync-item', 'write-result'] as const).map((kind) => ({
        ...{ kind, id: expect.stringMatching(/^[\da-f]{24}$/u) },
        code: 'ENCRYPTION_KEY_MISSING',
      })),
      remaining: 4,
    });
    expect(await everything()).toEqual(before);
  });

  it('ends after the batch at hand when it is aborted, and the next one finishes', async () => {
    await withKeys([oldKey], async (integrations) => {
      const { id } = await find(integrations);
      for (let count = 0; count < 24; count += 1) {
        await integrations.webhooks.receive({ provider: 'things', integrationId: id }, requestOf(String(count), {}));
      }
    });
    const controller = new AbortController();
    const onProgress = ({ resealed }: RotationProgress) => resealed > 1 && controller.abort();
    const aborted = await rotate({ signal: controller.signal, onProgress });
    expect(aborted).toEqual({ resealed: 11, failed: [], remaining: 17 });
    expect(await rotate()).toEqual({ resealed: 17, failed: [], remaining: 0 });
  });

  it('may run twice at once', async () => {
    const results = await withKeys([currentKey, oldKey], (integrations) =>
      Promise.all([integrations.rotateKeys(), integrations.rotateKeys()]),
    );
    expect(results).toMatchObject([{ failed: [] }, { failed: [] }]);
    expect(results[0].resealed + results[1].resealed).toBe(4);
    expect(await rotate()).toEqual({ resealed: 0, failed: [], remaining: 0 });
  });
});

describe('resealKept()', () => {
  const keyRing = createKeyRing([currentKey, oldKey]);
  const bindingOf = (id: Types.ObjectId) => `spec/${id.toHexString()}`;
  const sealedFor = async (key: EncryptionKey, id: Types.ObjectId) =>
    (await createBoundSealer(createKeyRing([key])).seal(bindingOf(id), Buffer.from('value'))).sealed;

  it('finds what is sealed with another key among thousands, and leaves all else alone', async () => {
    const collection = database.connection.collection('kept');
    const plain = ['text', `ey${'J'.repeat(60)}`, null, ['ey', { a: 1 }], { b: 2 }, new Types.Decimal128('1')];
    const documents = await Promise.all(
      Array.from({ length: 2_500 }, async (_, index) => {
        const _id = new Types.ObjectId();
        if (index % 500 === 499) return { _id, value: await sealedFor(oldKey, _id) };
        return { _id, value: index % 2 === 0 ? await sealedFor(currentKey, _id) : plain[index % plain.length] };
      }),
    );
    await collection.insertMany(documents);
    const values = { kind: 'webhook', collection, field: 'value', bindingOf } as const;
    expect(await countStaleKept(values, keyRing)).toBe(5);
    const rotation = createRotation(undefined, undefined);
    await resealKept(values, { keyRing, sealer: createBoundSealer(keyRing), rotation });
    expect([rotation.resealed(), rotation.failures()]).toEqual([5, []]);
    const now = await collection.find().sort({ _id: 1 }).toArray();
    const changed = now.filter(({ value }, index) => !isDeepStrictEqual(value, documents[index]!.value));
    expect(changed.map(({ _id }) => _id)).toEqual(
      documents.filter((_, index) => index % 500 === 499).map(({ _id }) => _id),
    );
  });
});
