import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { RateLimitExceededError, type SyncSession } from '../../../../lib/index.js';
import type { IntegrationSyncRunFields } from '../../../../schemas/integration-sync-run.js';
import { useDatabase } from '../../../support/database.js';
import { useSyncInstance } from '../../../support/sync-instance.js';
import { listThings, thingSeen } from '../../../support/sync-provider.js';

const database = useDatabase();
const world = useSyncInstance(database);
const impatient = useSyncInstance(database, { prefix: 'impatient', sync: { deferWindowSeconds: 1 } });
const { integrations } = world;
const { IntegrationSyncRun, IntegrationLog } = integrations.models;
const slack = { timeout: 15_000 };
let listings: number;

beforeEach(() => {
  listings = 0;
});

const throttled = () => new RateLimitExceededError({ integrationId: world.integration.id, retryAfterSeconds: 1 });
const sync = (of = world) => of.integrations.sync(of.integration, { wait: true });
const run = () => IntegrationSyncRun.findOne({ integrationId: world.integration._id }).lean();
const log = () => IntegrationLog.findOne({ integrationId: world.integration._id }).lean();
const stored = () => integrations.findOrFail(world.integration.id);

/** A run as another process has left it: nobody has told this one of it but the tick. */
async function left(fields: Partial<IntegrationSyncRunFields> = {}): Promise<void> {
  const integrationId = world.integration._id;
  await IntegrationSyncRun.create({ integrationId, provider: 'things', availableAt: new Date(), ...fields });
}

describe('a listing that the other API holds back', () => {
  it('goes on later, in the same run', async () => {
    world.list = async (session, integration) => {
      listings += 1;
      await listThings(listings)(session, integration);
      if (listings === 1) throw new Error('Page 2', { cause: throttled() });
    };
    const result = await sync();
    expect(result).toMatchObject({ succeeded: 2, failed: 0, cursor: 2 });
    expect(listings).toBe(2);
    expect(world.names().filter((name) => name === 'operationStarted')).toHaveLength(1);
  });

  it('has failed when that takes too long', async () => {
    impatient.list = () => {
      listings += 1;
      throw throttled();
    };
    await expect(sync(impatient)).rejects.toMatchObject({ code: 'SYNC_DEFERRED_TOO_LONG' });
    expect(listings).toBeLessThanOrEqual(2);
  });
});

describe('a listing whose lease is lost', () => {
  /** As when another process takes this one for dead, and dies itself. */
  async function loseLease(session: SyncSession): Promise<void> {
    const fields = { lease: 'another', availableAt: new Date(0) };
    await IntegrationSyncRun.updateOne({ integrationId: world.integration._id }, { $set: fields });
    await session.saveListing('next').catch(() => undefined);
  }

  it('does not count as whole, whatever its provider makes of it', async () => {
    let failure: unknown;
    world.list = async (session, integration) => {
      listings += 1;
      await listThings(1)(session, integration);
      if (listings > 1) return;
      await loseLease(session);
      expect(session.signal.aborted).toBe(true);
      failure = await session.dispatch(thingSeen({ id: 2 })).catch((error: unknown) => error);
    };
    expect(await sync()).toMatchObject({ succeeded: 1, cursor: 1 });
    expect(failure).toMatchObject({ code: 'SYNC_LEASE_LOST' });
    expect(listings).toBe(2);
  });
});

describe('a listing that is interrupted', () => {
  it('goes on from where it was saved, and counts all that was stored', async () => {
    world.list = async (session, integration) => {
      listings += 1;
      if (listings === 1) {
        await listThings(1, 2)(session, integration);
        await session.saveListing({ page: 2, $from: '$start' });
        throw new Error('Interrupted', { cause: throttled() });
      }
      expect(session.listing()).toEqual({ page: 2, $from: '$start' });
      await listThings(3)(session, integration);
    };
    expect(await sync()).toMatchObject({ succeeded: 3, cursor: 3 });
    expect(await log()).toMatchObject({ resultData: { listed: 3, duplicates: 0 } });
  });

  it('does not take for repetitions what it lists again from the beginning', async () => {
    world.list = async (session, integration) => {
      listings += 1;
      await listThings(1, 2, 2)(session, integration);
      if (listings === 1) throw new Error('Interrupted', { cause: throttled() });
    };
    await sync();
    expect(await log()).toMatchObject({ resultData: { listed: 2, duplicates: 1 } });
  });

  it('cannot be saved by a state that is too large, and goes on', async () => {
    let failure: unknown;
    world.list = async (session, integration) => {
      failure = await session.saveListing('x'.repeat(2 ** 20)).catch((error: unknown) => error);
      await listThings(1)(session, integration);
    };
    expect(await sync()).toMatchObject({ succeeded: 1 });
    expect(failure).toMatchObject({ code: 'SYNC_PAYLOAD_INVALID' });
  });
});

describe('a listing that has killed its process', () => {
  it('three times in a row has failed', async () => {
    world.list = () => void (listings += 1);
    await left({ crashes: 2, lease: 'dead', listingAttempt: 3, availableAt: new Date(0) });
    await expect.poll(run, slack).toMatchObject({ phase: 'settled', outcome: 'failed' });
    expect(listings).toBe(0);
    expect(await log()).toBeNull();
    expect(await stored()).toMatchObject({ consecutiveSyncFailures: 1 });
  });

  it('twice is tried again', async () => {
    world.list = listThings(1);
    await left({ crashes: 1, lease: 'dead', listingAttempt: 2, availableAt: new Date(0) });
    await expect.poll(run, slack).toMatchObject({ phase: 'settled', outcome: 'success' });
  });
});

describe('a run that nobody told of', () => {
  it('is driven by the tick, from its listing to its end', async () => {
    world.list = listThings(1, 2);
    await left();
    await expect.poll(run, slack).toMatchObject({ phase: 'settled', outcome: 'success', succeeded: 2 });
  });

  it('is settled where all was done but that', async () => {
    await left({ phase: 'draining', startedAt: new Date() });
    await expect.poll(run, slack).toMatchObject({ phase: 'settled', outcome: 'success' });
    expect(listings).toBe(0);
  });

  it('finds an open item that is in no batch, and has it handled', async () => {
    const _id = new Types.ObjectId();
    const item = { integrationId: world.integration._id, syncLogId: _id, eventClass: 'spec.thing', payload: { id: 5 } };
    await integrations.models.IntegrationSyncItem.create(item);
    await left({ _id, phase: 'draining', startedAt: new Date() });
    await expect.poll(run, slack).toMatchObject({ phase: 'settled', succeeded: 1 });
    expect(world.handled).toEqual([5]);
  });
});

describe('a run that cannot be driven', () => {
  it('is cancelled silently where the integration is switched off', async () => {
    world.list = () => void (listings += 1);
    await integrations.disable(world.integration);
    await left();
    await expect.poll(run, slack).toMatchObject({ phase: 'settled', outcome: 'cancelled' });
    expect(await log()).toMatchObject({ status: 'skipped', summary: 'The integration is switched off.' });
    expect(world.names()).toEqual([]);
    expect(listings).toBe(0);
  });

  it('is left to processes that know its provider where this one does not', async () => {
    await left({ provider: 'unheard-of' });
    await expect.poll(run, slack).toMatchObject({ listingAttempt: 1, lease: null });
    expect(await run()).toMatchObject({ phase: 'listing', isExclusive: true, deferUntil: expect.any(Date) });
  });

  it('is cancelled where no process has known a provider that syncs it for as long as it may be put off', async () => {
    await left({ provider: 'unheard-of', deferUntil: new Date() });
    await expect.poll(run, slack).toMatchObject({ phase: 'settled', outcome: 'cancelled' });
    expect(await log()).toMatchObject({ status: 'skipped', summary: 'No process knows a provider that syncs it.' });
  });

  it('waits where items of it are stored, until it can', async () => {
    const _id = new Types.ObjectId();
    const item = { integrationId: world.integration._id, syncLogId: _id, eventClass: 'spec.thing', payload: { id: 5 } };
    await integrations.models.IntegrationSyncItem.create(item);
    await left({ _id, provider: 'unheard-of' });
    const availableAt = async () => (await run())?.availableAt.getTime();
    await expect.poll(availableAt, slack).toBeGreaterThan(Date.now() + 30_000);
    expect(await run()).toMatchObject({ phase: 'listing', isExclusive: true, listingAttempt: 1 });
  });

  it('is forgotten, with its items, where the integration is gone', async () => {
    const integrationId = new Types.ObjectId();
    const _id = new Types.ObjectId();
    await integrations.models.IntegrationSyncItem.create({ integrationId, syncLogId: _id, eventClass: 'spec.thing' });
    await left({ _id, integrationId });
    await expect.poll(() => IntegrationSyncRun.countDocuments({ _id }), slack).toBe(0);
    expect(await integrations.models.IntegrationSyncItem.countDocuments({ syncLogId: _id })).toBe(0);
  });
});

describe('the calls that a listing makes', () => {
  it('are embedded in its operation log, and let interactive ones go first', async () => {
    world.list = async (session, integration) => {
      await integration.request({ endpoint: 'things', callback: () => Promise.resolve([1]) });
      await listThings(1)(session, integration);
    };
    await sync();
    expect(await log()).toMatchObject({ requestCount: 1, requests: [{ endpoint: 'things', method: 'GET' }] });
  });
});
