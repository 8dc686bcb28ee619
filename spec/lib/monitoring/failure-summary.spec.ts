import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FailureSummary } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { storeCalls, times, type StoredCall } from './stored-calls.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);

/** A new integration's id, with these calls in its log. */
async function withCalls(calls: readonly StoredCall[]): Promise<Types.ObjectId> {
  const { _id } = await local.integrations.create({ provider: 'local', name: 'Watched', credentials: { token: 't' } });
  if (calls.length > 0) await storeCalls(local.integrations.models, _id, calls);
  return _id;
}

const summaryOf = async (calls: readonly StoredCall[], minutes?: number): Promise<FailureSummary> =>
  local.integrations.failureSummary(await withCalls(calls), minutes === undefined ? {} : { minutes });

describe('the summary', () => {
  it('of no calls is empty', async () => {
    const { since, until, ...figures } = await summaryOf([]);
    expect(until.getTime() - since.getTime()).toBe(3_600_000);
    expect(figures).toEqual({
      ...{ total: 0, failed: 0, rate: 0, distinctItems: 0 },
      ...{ byStatus: [], byClass: [], topErrors: [], byOperation: [] },
    });
  });

  it('tells how many calls failed, by the last attempt of each', async () => {
    const summary = await summaryOf([
      ...times(3),
      { earlier: 'upstream' },
      ...times(2, { failureClass: 'upstream', statusCode: 503, earlier: 'throttle' }),
    ]);
    expect(summary).toMatchObject({ total: 6, failed: 2, rate: 2 / 6 });
    expect(summary.byClass).toEqual([{ key: 'upstream', count: 2 }]);
  });

  it('counts a call by its failure class where it was stored without an error', async () => {
    const summary = await summaryOf([{ failureClass: 'upstream', message: null, statusCode: 503 }, {}]);
    expect(summary).toMatchObject({ total: 2, failed: 1, topErrors: [] });
  });

  it('counts a call with an error and no failure class as unknown', async () => {
    const { failed, byClass } = await summaryOf([{ message: 'from before' }]);
    expect([failed, byClass]).toEqual([1, [{ key: 'unknown', count: 1 }]]);
  });

  it('counts by status, class, message and operation, the most frequent first', async () => {
    const summary = await summaryOf([
      ...times(2, { failureClass: 'upstream', statusCode: null, message: 'reset', endpoint: '/a' }),
      ...times(3, { failureClass: 'client', statusCode: 404, message: 'gone', endpoint: '/b', method: 'DELETE' }),
      { failureClass: 'throttle', statusCode: 429, message: 'slower', endpoint: '/a' },
      ...times(5, { endpoint: '/b' }),
    ]);
    expect(summary).toMatchObject({
      byStatus: [
        { key: '404', count: 3 },
        { key: 'none', count: 2 },
        { key: '429', count: 1 },
      ],
      byClass: [
        { key: 'client', count: 3 },
        { key: 'upstream', count: 2 },
        { key: 'throttle', count: 1 },
      ],
      topErrors: [
        { key: 'gone', count: 3 },
        { key: 'reset', count: 2 },
        { key: 'slower', count: 1 },
      ],
      byOperation: [
        { key: 'DELETE /b', count: 3 },
        { key: 'GET /a', count: 3 },
      ],
    });
  });

  it('names ten messages and fifty operations at the most', async () => {
    const calls = Array.from({ length: 60 }, (_, index) => ({
      failureClass: 'unknown' as const,
      message: `message ${index}`,
      endpoint: `/${index}`,
    }));
    const { topErrors, byOperation, failed } = await summaryOf(calls);
    expect([topErrors.length, byOperation.length, failed]).toEqual([10, 50, 60]);
  });

  it('counts the related records of failed calls, each once', async () => {
    const id = new Types.ObjectId();
    const failed = { failureClass: 'upstream' } as const;
    const { distinctItems } = await summaryOf([
      ...times(2, { ...failed, related: { type: 'Order', id } }),
      { ...failed, related: { type: 'Customer', id } },
      { ...failed, related: { type: 'Order', id: 7 } },
      { related: { type: 'Order', id: 8 } },
      failed,
    ]);
    expect(distinctItems).toBe(3);
  });

  it('looks back as far as it is asked to, an hour by default', async () => {
    const failures = [5, 59, 61, 600].map((minutesAgo) => ({ failureClass: 'upstream' as const, minutesAgo }));
    const id = await withCalls(failures);
    const { failureSummary } = local.integrations;
    const totals = [{}, { minutes: 10 }, { minutes: 1_000 }].map(
      async (each) => (await failureSummary(id, each)).total,
    );
    expect(await Promise.all(totals)).toEqual([2, 1, 4]);
  });

  it('is of that integration alone', async () => {
    await withCalls(times(3, { failureClass: 'upstream' }));
    expect(await summaryOf([{}])).toMatchObject({ total: 1, failed: 0 });
  });
});

describe('real calls', () => {
  beforeEach(() => upstream.answer((request, response) => response.writeHead(Number(request.url?.slice(1))).end()));

  it('are summed up, a response that a callback returned included', async () => {
    const integration = await local.integrations.findOrFail(await withCalls([]));
    const at = (endpoint: string) => integration.at(endpoint).withAttempts(1);
    await at('/200').get();
    await at('/404')
      .get()
      .catch(() => undefined);
    await at('fetched').get(() => fetch(`${upstream.origin}/503`));
    const { failureSummary } = local.integrations;
    expect(await failureSummary(integration)).toMatchObject({
      ...{ total: 3, failed: 2 },
      byStatus: [
        { key: '404', count: 1 },
        { key: '503', count: 1 },
      ],
      byClass: [
        { key: 'client', count: 1 },
        { key: 'upstream', count: 1 },
      ],
      byOperation: [
        { key: 'GET /404', count: 1 },
        { key: 'GET fetched', count: 1 },
      ],
    });
  });
});

describe('what cannot be summed up', () => {
  it.each([0, -5, 0.5, 600_000, Number.NaN, '60' as unknown as number])('is %s minutes', async (minutes) => {
    await expect(summaryOf([], minutes)).rejects.toMatchObject({ code: 'INTEGRATION_INVALID' });
  });

  it.each(['nonsense', new Types.ObjectId()])('is an integration that is not there: %s', async (target) => {
    await expect(local.integrations.failureSummary(target)).rejects.toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
  });
});
