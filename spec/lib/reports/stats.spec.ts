import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationDocument, IntegrationStats, SyncOutcome } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';
import { storeCalls, times } from '../monitoring/stored-calls.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);
const day = 24 * 60;

let integration: IntegrationDocument;

beforeEach(async () => {
  integration = await local.integrations.create({ provider: 'local', name: 'Own', credentials: { token: localToken } });
});

async function statsOf(target = integration): Promise<IntegrationStats> {
  const [stats] = await local.integrations.stats({ target });
  return stats!;
}

async function storeRuns(runs: readonly { readonly outcome: SyncOutcome | null; readonly minutesAgo: number }[]) {
  await local.integrations.models.IntegrationSyncRun.collection.insertMany(
    runs.map(({ outcome, minutesAgo }) => ({
      _id: new Types.ObjectId(
        Math.floor(Date.now() / 1_000 - minutesAgo * 60).toString(16) + new Types.ObjectId().toHexString().slice(8),
      ),
      integrationId: integration._id,
      provider: 'local',
      phase: outcome === null ? 'listing' : 'settled',
      isExclusive: outcome === null,
      availableAt: new Date(),
      outcome,
    })),
  );
}

describe('the figures of an integration', () => {
  it('without any calls or syncs are none', async () => {
    const none = {
      ...{ requests: 0, failed: 0, errorShare: null, averageLatencyMs: null, p95LatencyMs: null },
      ...{ cacheHits: 0, staleHits: 0, cacheHitShare: null },
      syncs: { success: 0, partial: 0, failed: 0, cancelled: 0 },
    };
    expect(await statsOf()).toEqual({
      ...{ id: integration.id, provider: 'local', name: 'Own' },
      ...{ last24Hours: none, last7Days: none, last30Days: none },
    });
  });

  it('are those of each window, with all that the shorter ones hold', async () => {
    await storeCalls(local.integrations.models, integration._id, [
      ...times(3),
      { failureClass: 'upstream', statusCode: 503 },
      ...times(4, { minutesAgo: 2 * day }),
      ...times(8, { minutesAgo: 20 * day }),
      { failureClass: 'client', statusCode: 404, minutesAgo: 20 * day },
      ...times(16, { minutesAgo: 31 * day }),
    ]);
    expect(await statsOf()).toMatchObject({
      last24Hours: { requests: 4, failed: 1, errorShare: 1 / 4 },
      last7Days: { requests: 8, failed: 1, errorShare: 1 / 8 },
      last30Days: { requests: 17, failed: 2, errorShare: 2 / 17 },
    });
  });

  it('have the latency of successful calls alone, and its 95th percentile to within a tenth', async () => {
    await storeCalls(local.integrations.models, integration._id, [...times(101), { failureClass: 'upstream' }]);
    const calls = await local.integrations.models.IntegrationRequest.find({
      integrationId: integration._id,
      error: null,
    });
    // 1, 10, … 1,000 milliseconds; the failed one takes the longest.
    await Promise.all(calls.map((call, index) => call.set({ durationMs: Math.max(1, 10 * index) }).save()));
    await local.integrations.models.IntegrationRequest.updateOne(
      { integrationId: integration._id, 'error.message': 'upstream' },
      { durationMs: 100_000 },
    );
    const { last24Hours } = await statsOf();
    expect(last24Hours.averageLatencyMs).toBeCloseTo(500, -1);
    expect(last24Hours.p95LatencyMs).toBeGreaterThan(855);
    expect(last24Hours.p95LatencyMs).toBeLessThan(1_045);
  });

  it('tell how often the cache answered in place of a call', async () => {
    upstream.answer((_request, response) => response.end('hello'));
    const call = () => integration.at('/greeting').withCache(60).get();
    for (let count = 0; count < 4; count += 1) await call();
    await expect
      .poll(async () => (await statsOf()).last24Hours, { timeout: 10_000 })
      .toMatchObject({ requests: 1, cacheHits: 3, cacheHitShare: 3 / 4 });
  });

  it('count the syncs that have ended, by how they did', async () => {
    await storeRuns([
      { outcome: 'success', minutesAgo: 1 },
      { outcome: 'success', minutesAgo: 60 },
      { outcome: 'failed', minutesAgo: 2 * day },
      { outcome: 'partial', minutesAgo: 8 * day },
      { outcome: 'success', minutesAgo: 31 * day },
      { outcome: null, minutesAgo: 0 },
    ]);
    expect(await statsOf()).toMatchObject({
      last24Hours: { syncs: { success: 2, partial: 0, failed: 0, cancelled: 0 } },
      last7Days: { syncs: { success: 2, partial: 0, failed: 1, cancelled: 0 } },
      last30Days: { syncs: { success: 2, partial: 1, failed: 1, cancelled: 0 } },
    });
  });
});

describe('the figures of all integrations', () => {
  it('come page by page', async () => {
    const all = await local.integrations.stats();
    const first = await local.integrations.stats({ limit: 2 });
    const rest = await local.integrations.stats({ after: first[1]?.id ?? null });
    expect([...first, ...rest].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  it('can be those of one provider', async () => {
    expect(await local.integrations.stats({ provider: 'other' })).toEqual([]);
    expect((await local.integrations.stats({ provider: 'local' })).length).toBeGreaterThan(0);
  });

  it.each([
    ['OPTIONS_INVALID', { limit: 0 }],
    ['OPTIONS_INVALID', { after: 'last' }],
    ['INTEGRATION_NOT_FOUND', { target: 'none' }],
    ['INTEGRATION_NOT_FOUND', { target: new Types.ObjectId() }],
  ])('are refused with %s for %o', async (code, options) => {
    await expect(local.integrations.stats(options)).rejects.toMatchObject({ code });
    await expect(local.integrations.overview(options)).rejects.toMatchObject({ code });
  });
});
