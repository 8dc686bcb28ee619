import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { foldable, reduceCheckpointsByMax, type SyncSession } from '../../../../lib/index.js';
import { FakeSyncSession } from '../../../../lib/testing/index.js';
import { useDatabase } from '../../../support/database.js';
import { useSyncInstance } from '../../../support/sync-instance.js';
import { syncProvider, thingSeen } from '../../../support/sync-provider.js';

const world = useSyncInstance(useDatabase());
const byMax = { reduceCheckpoints: reduceCheckpointsByMax };
const thing = (id: number) => thingSeen({ id });

describe('dispatch()', () => {
  it('keeps what would be stored: copies, without what is undefined, ids as texts', async () => {
    const session = new FakeSyncSession();
    const payload: { id: number; gone?: undefined; tags: string[] } = { id: 1, gone: undefined, tags: ['a'] };
    await session.dispatch(thingSeen(payload), { externalId: 7, checkpointValue: new Date(0) });
    payload.tags.push('b');
    await session.dispatch(thing(2));
    const first = {
      event: 'spec.thing',
      payload: { id: 1, tags: ['a'] },
      checkpointValue: new Date(0),
      externalId: '7',
    };
    const second = { event: 'spec.thing', payload: { id: 2 }, checkpointValue: null, externalId: null };
    expect(session.items).toEqual([first, second].map((item) => ({ ...item, error: null })));
    expect(session.payloads).toEqual([first.payload, second.payload]);
  });

  it('drops repetitions of an event and id; the first one stays', async () => {
    const session = new FakeSyncSession();
    for (const id of [1, '1', 2]) await session.dispatch(thing(Number(id)), { externalId: id });
    await session.dispatch({ name: 'spec.other', payload: 1 }, { externalId: 1 });
    for (let time = 1; time <= 2; time += 1) await session.dispatch(thing(1));
    expect(session.items).toHaveLength(5);
    expect(session.duplicates).toBe(1);
  });

  it('rejects what is no event, or no id', async () => {
    const session = new FakeSyncSession();
    const invalid = { code: 'SYNC_ITEM_INVALID' };
    await expect(session.dispatch({ name: 'no name!', payload: 1 })).rejects.toMatchObject(invalid);
    await expect(session.dispatch(thing(1), { externalId: '' })).rejects.toMatchObject(invalid);
    expect(session.items).toEqual([]);
  });

  it('makes what cannot be stored an item that has failed', async () => {
    const session = new FakeSyncSession({ maxPayloadBytes: 100 });
    await session.dispatch({ name: 'spec.thing', payload: 'x'.repeat(200) }, { externalId: 1, checkpointValue: 5 });
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    await session.dispatch({ name: 'spec.thing', payload: cycle });
    for (const item of session.items) {
      expect(item).toMatchObject({ payload: null, checkpointValue: null, error: { code: 'SYNC_PAYLOAD_INVALID' } });
    }
    await expect(session.nextCursor(byMax)).resolves.toBeNull();
  });

  it('rejects after abort(), with its reason', async () => {
    const session = new FakeSyncSession();
    session.abort();
    await expect(session.dispatch(thing(1))).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    await expect(session.saveListing(1)).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    expect(session.signal.aborted).toBe(true);
  });
});

describe('what the session tells', () => {
  it('is what it was given', () => {
    expect(new FakeSyncSession().cursor()).toBeNull();
    const session = new FakeSyncSession({ cursor: 'c', listing: { page: 3 } });
    expect([session.cursor(), session.listing(), session.mode]).toEqual(['c', { page: 3 }, 'incremental']);
    expect(new FakeSyncSession({ cursor: 'c', mode: 'full' }).cursor()).toBeNull();
  });

  it('is how far it has come', async () => {
    const session = new FakeSyncSession();
    session.expect(3);
    await session.dispatch(thing(1));
    await expect(session.progress()).resolves.toMatchObject({ phase: 'listing', listed: 1, total: 3, failed: 0 });
  });

  it('is what saveListing() kept, as it would be stored', async () => {
    const session = new FakeSyncSession();
    await session.saveListing({ page: 2, gone: undefined });
    expect(session.savedListings).toEqual([{ page: 2 }]);
    await expect(session.saveListing('x'.repeat(2 ** 21))).rejects.toMatchObject({ code: 'SYNC_PAYLOAD_INVALID' });
  });
});

describe('list()', () => {
  it('lets a provider list, as a generator too, and incrementally where it can', async () => {
    const provider = {
      ...syncProvider(() => undefined),
      async *sync() {
        yield Promise.resolve(thing(1));
        yield { event: thing(2), externalId: 2 };
      },
      async syncIncremental(_integration: unknown, session: SyncSession) {
        await session.dispatch(thing(3));
      },
    };
    const full = await new FakeSyncSession({ mode: 'full' }).list(provider, world.integration);
    expect(full.payloads).toEqual([{ id: 1 }, { id: 2 }]);
    const incremental = await new FakeSyncSession().list(provider, world.integration);
    expect(incremental.payloads).toEqual([{ id: 3 }]);
  });

  it('throws what the provider throws', async () => {
    const provider = syncProvider(() => Promise.reject(new RangeError('no such page')));
    await expect(new FakeSyncSession().list(provider, world.integration)).rejects.toThrow('no such page');
  });
});

describe('nextCursor()', () => {
  async function listed(cursor: unknown, ...values: number[]): Promise<FakeSyncSession> {
    const session = new FakeSyncSession({ cursor });
    for (const value of values) await session.dispatch(thing(value), { externalId: value, checkpointValue: value });
    return session;
  }

  it('is the reduced checkpoint values, and never goes back', async () => {
    await expect((await listed(null, 3, 9, 4)).nextCursor(byMax)).resolves.toBe(9);
    await expect((await listed(20, 3, 9)).nextCursor(byMax)).resolves.toBe(20);
    await expect((await listed(5)).nextCursor(byMax)).resolves.toBe(5);
    const sum = foldable((values) => values.reduce<number>((total, value) => total + Number(value), 0));
    await expect((await listed(null, 1, 2, 3)).nextCursor({ reduceCheckpoints: sum })).resolves.toBe(6);
  });

  it('never passes an item that has failed: it stays, or goes up to just before the first', async () => {
    const session = await listed(1, 2, 3, 4, 5);
    const failed = ({ externalId }: { readonly externalId: string | null }) => externalId === '4';
    await expect(session.nextCursor(byMax, { failed })).resolves.toBe(1);
    const ascending = { ...byMax, checkpointOrder: 'ascending' } as const;
    await expect(session.nextCursor(ascending, { failed })).resolves.toBe(3);
    await expect(session.nextCursor(ascending, { listingFailed: true })).resolves.toBe(5);
    await expect(session.nextCursor(byMax, { listingFailed: true })).resolves.toBe(1);
  });
});

describe('a real run', () => {
  afterEach(() => {
    world.handle = () => undefined;
  });

  it('comes to the same items, repetitions and cursor', async () => {
    const [values] = fc.sample(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 30, maxLength: 30 }), {
      seed: 7,
      numRuns: 1,
    });
    world.list = async (session) => {
      for (const value of values ?? [])
        await session.dispatch(thing(value), { externalId: value, checkpointValue: value });
    };
    const failing = values?.[3] ?? 0;
    world.handle = ({ payload }) => {
      if (payload.id === failing) throw new Error('not this one');
    };
    await world.integrations.sync(world.integration, { wait: true });
    const run = await world.integrations.models.IntegrationSyncRun.findOne({
      integrationId: world.integration._id,
    }).orFail();
    const provider = syncProvider((session) => world.list(session, world.integration));
    const session = await new FakeSyncSession().list(provider, world.integration);
    expect(session.items).toHaveLength(run.listed);
    expect(session.duplicates).toBe(run.duplicates);
    const stored = await world.integration.syncItems().sort({ sequence: 1 });
    expect(session.items.map(({ externalId }) => externalId)).toEqual(stored.map(({ externalId }) => externalId));
    const cursor = await session.nextCursor(provider, { failed: ({ externalId }) => externalId === String(failing) });
    const { syncCursor } = await world.integrations.findOrFail(world.integration._id);
    expect(cursor).toEqual(syncCursor ?? null);
  });
});
