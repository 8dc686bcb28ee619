import { beforeAll, beforeEach, expect, it } from 'vitest';
import { createKeyRing } from '../../../lib/credentials/key-ring.js';
import { keyUsage } from '../../../lib/credentials/key-usage.js';
import { useDatabase } from '../../support/database.js';
import { createFixture, newKey, openFixture, token } from '../integration-store/store-fixture.js';

const [old, lost, current] = [newKey('old'), newKey('lost'), newKey('current')];
const database = useDatabase();
const { models, install } = openFixture(database.connection, [old]);
const { Integration } = models;
const usage = () => keyUsage(Integration, createKeyRing([current, old]));

beforeAll(install);
beforeEach(async () => {
  await Integration.collection.deleteMany({});
});

it('counts the integrations by key: those in use, and those that cannot be opened', async () => {
  for (const [key, count] of [
    [old, 2],
    [lost, 1],
    [current, 1],
  ] as const) {
    const { store } = createFixture(models, [key]);
    for (let n = 0; n < count; n += 1) await store.create({ provider: 'acme', name: `${n}`, credentials: { token } });
  }
  const { keys, stale } = await usage();
  expect(keys.toSorted((a, b) => a.keyId.localeCompare(b.keyId))).toEqual([
    { keyId: 'current', integrations: 1, isKnown: true, isCurrent: true },
    { keyId: 'lost', integrations: 1, isKnown: false, isCurrent: false },
    { keyId: 'old', integrations: 2, isKnown: true, isCurrent: false },
  ]);
  expect(stale).toBe(3);
});

it('names the current key also where nothing is sealed', async () => {
  expect(await usage()).toEqual({
    keys: [{ keyId: 'current', integrations: 0, isKnown: true, isCurrent: true }],
    stale: 0,
  });
});
