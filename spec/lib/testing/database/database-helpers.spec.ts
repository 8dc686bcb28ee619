import { AssertionError } from 'node:assert';
import { describe, expect, it, vi } from 'vitest';
import { RateLimit } from '../../../../lib/index.js';
import {
  createIntegration,
  fake,
  respond,
  runDueJobs,
  stopFaking,
  travel,
  waitFor,
} from '../../../../lib/testing/index.js';
import { useDatabase } from '../../../support/database.js';
import { useSyncInstance } from '../../../support/sync-instance.js';
import { listThings } from '../../../support/sync-provider.js';

const secret = 'token-4711-secret';
// An hour between two syncs, another one after a failed item, and nothing that was started.
const world = useSyncInstance(useDatabase(), {
  start: false,
  sync: { itemTries: 2, itemBackoff: [3_600], tickSeconds: 30 },
  provider: {
    defaultSyncInterval: () => 60,
    http: { baseUrl: 'https://things.example' },
    defaultRateLimit: () => RateLimit.perMinute(2),
  },
});

async function failureOf(work: Promise<unknown>): Promise<AssertionError> {
  const error = await work.catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(AssertionError);
  return error as AssertionError;
}

describe('waitFor()', () => {
  it('gives the document as soon as it is in the state', async () => {
    const name = 'Awaited';
    const waiting = waitFor('integration', { name }, { isActive: false, provider: 'things' });
    const created = await createIntegration('things', { name });
    await world.integrations.disable(created);
    await expect(waiting).resolves.toMatchObject({ _id: created._id, isActive: false });
    await expect(waitFor('integration', { name }, ({ isActive }) => !isActive)).resolves.toMatchObject({ name });
    await expect(waitFor('integration', { _id: created.id }, { name })).resolves.toMatchObject({ name });
  });

  it('says by an AssertionError what it saw last, without secrets', async () => {
    const created = await createIntegration('things', { name: 'Other', metadata: { token: secret } });
    const waiting = waitFor(
      'integration',
      { name: 'Other' },
      { isActive: false, metadata: { token: secret } },
      { timeoutMs: 50 },
    );
    const error = await failureOf(waiting);
    expect(error.message).toMatch(/^Waited 50 ms for a integration with \{ name: 'Other' \} to be \{ isActive: false/);
    expect(error.message).toContain('There were 1. Last seen:');
    expect(error).toMatchObject({ operator: 'waitFor', expected: { isActive: false } });
    expect(error.actual).toMatchObject({ id: created.id, isActive: true });
    expect(error.message).not.toContain(secret);
  });

  it('says that there was none', async () => {
    const error = await failureOf(
      waitFor('webhook', { deliveryId: 'd-1' }, { status: 'processed' }, { timeoutMs: 20 }),
    );
    expect(error.message).toBe(
      "Waited 20 ms for a webhook with { deliveryId: 'd-1' } to be { status: 'processed' }. There was none.",
    );
    expect(error.actual).toBeNull();
  });

  it('refuses what it does not know', async () => {
    await expect(waitFor('webhok' as never, {}, {})).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });
});

describe('runDueJobs() and travel()', () => {
  it('run a sync by schedule, and the second attempt of an item, without waiting', async () => {
    const { integration } = world;
    await runDueJobs();
    world.list = listThings(1, 2);
    const handled: number[] = [];
    world.handle = ({ payload, attempt, integration: { id } }) => {
      if (id === integration.id) handled.push(payload.id);
      if (payload.id === 2 && attempt === 1) throw new Error('not yet');
    };
    await travel({ minutes: 61 });
    await runDueJobs();
    const query = { integrationId: integration._id };
    await waitFor('syncItem', { ...query, externalId: '1' }, { status: 'success' });
    await waitFor('syncItem', { ...query, externalId: '2' }, { status: 'pending', attempts: 1 });
    await runDueJobs();
    expect(handled.toSorted()).toEqual([1, 2]);
    await travel({ minutes: 61 });
    await runDueJobs();
    await waitFor('syncItem', { ...query, externalId: '2' }, { status: 'success', attempts: 2 });
    const run = await waitFor('syncRun', query, ({ succeeded }) => succeeded === 2);
    expect(run.outcome).toBe('success');
  });

  it('have rate limits and circuits as they would be by then', async () => {
    const { integration, integrations } = world;
    fake({ '/down': respond({ status: 503 }) }, { unmatched: 'faked' });
    try {
      for (let call = 1; call <= 2; call += 1) await integration.at('/a').get();
      await integrations.circuit.force(integration, 'open', { forSeconds: 1800 });
      await expect(integration.at('/a').get()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
      await expect(travel({ hours: 1 })).resolves.toBe(3_600_000);
      // This process looks again at what it knows of a circuit, after a moment.
      await vi.waitFor(() => expect(integration.at('/a').get()).resolves.toBe('faked'), {
        timeout: 15_000,
        interval: 100,
      });
    } finally {
      stopFaking();
    }
  });

  it('move every date by the span, and leave alone what is none', async () => {
    const { integration, integrations } = world;
    const { Integration } = integrations.models;
    const before = await Integration.findById(integration._id).orFail().lean();
    await travel({ days: 1, hours: 1, ms: 1 });
    const after = await Integration.findById(integration._id).orFail().lean();
    const ms = 90_000_001;
    const moved = Object.fromEntries(
      Object.entries(before).map(([name, value]) => [
        name,
        value instanceof Date ? new Date(value.getTime() - ms) : value,
      ]),
    );
    expect(after).toEqual(moved);
  });

  it('go no way back', async () => {
    await expect(travel({ seconds: -1 })).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
    await expect(travel({ days: Number.NaN })).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });
});
