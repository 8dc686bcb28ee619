import { type Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { useOperations } from './operations-fixture.js';

const instance = useOperations();
const { IntegrationLog, IntegrationRequest } = instance.integrations.models;
const stored = (_id: Types.ObjectId) => IntegrationLog.findById(_id).lean();

describe('runOperation', () => {
  it('gives what the work gives, and logs it as processing while it runs, as success afterwards', async () => {
    const { integration } = instance;
    const { logId, during } = await integration.runOperation({ operation: 'import' }, async ({ log }) => ({
      logId: log._id,
      during: await stored(log._id),
    }));
    expect(during).toMatchObject({ operation: 'import', status: 'processing', durationMs: null });
    expect(await stored(logId)).toMatchObject({ status: 'success', error: null, durationMs: expect.any(Number) });
    expect(await instance.eventNames()).toEqual(['operationStarted', 'operationCompleted']);
  });

  it('throws on what the work throws, and logs it as failed', async () => {
    const { integration } = instance;
    const error = new RangeError('out of stock');
    const ids: Types.ObjectId[] = [];
    const run = integration.runOperation({ operation: 'import' }, ({ log }) => {
      ids.push(log._id);
      return Promise.reject(error);
    });
    await expect(run).rejects.toBe(error);
    expect(await stored(ids[0]!)).toMatchObject({
      status: 'failed',
      error: { class: 'RangeError', message: 'out of stock' },
      durationMs: expect.any(Number),
    });
    expect(await instance.eventNames()).toEqual(['operationStarted', 'operationFailed']);
  });

  it('takes work that throws before it gives a promise for failed work', async () => {
    const { integration } = instance;
    const work = (): never => {
      throw new Error('at once');
    };
    await expect(integration.runOperation({ operation: 'import' }, work)).rejects.toThrow('at once');
    expect(await IntegrationLog.findOne().sort({ _id: -1 }).lean()).toMatchObject({ status: 'failed' });
  });

  it('stores what the work reports: later reports add to earlier ones, and to what was said at the beginning', async () => {
    const { integration } = instance;
    const id = await integration.runOperation(
      { operation: 'import', metadata: { page: 1 } },
      async ({ log, report }) => {
        report({ summary: 'begun' });
        report({ summary: '3 orders', resultData: { orders: 3, token: 'tok_4f1c9a7e55' } });
        return log._id;
      },
    );
    expect(await stored(id)).toMatchObject({
      summary: '3 orders',
      metadata: { page: 1 },
      resultData: { orders: 3, token: '[REDACTED]' },
    });
  });

  it('keeps what was reported before the work failed', async () => {
    const run = instance.integration.runOperation({ operation: 'import' }, async ({ report }) => {
      report({ summary: '3 of 4 orders' });
      throw new Error('out of stock');
    });
    await expect(run).rejects.toThrow();
    expect(await IntegrationLog.findOne().sort({ _id: -1 }).lean()).toMatchObject({
      status: 'failed',
      summary: '3 of 4 orders',
    });
  });

  it('embeds a summary of the calls made meanwhile, in their order, failed ones included', async () => {
    const { integration } = instance;
    const id = await integration.runOperation({ operation: 'import' }, async ({ log }) => {
      await integration.at('orders.list').get(() => ({ status: 200, headers: {}, data: [] }));
      const failed = integration
        .at('orders.create')
        .post(() => Promise.reject(Object.assign(new Error('no'), { status: 422 })));
      await expect(failed).rejects.toThrow('no');
      return log._id;
    });
    const log = await stored(id);
    const requests = await IntegrationRequest.find({ integrationId: integration._id })
      .sort({ _id: -1 })
      .limit(2)
      .lean();
    const [create, list] = requests;
    expect(log).toMatchObject({
      requestCount: 2,
      requests: [
        { requestId: list?._id, endpoint: 'orders.list', method: 'GET', statusCode: 200, failureClass: null },
        { requestId: create?._id, endpoint: 'orders.create', method: 'POST', statusCode: 422, failureClass: 'client' },
      ],
    });
    expect(log?.requests[0]).toMatchObject({ durationMs: expect.any(Number), startedAt: expect.any(Date) });
  });

  it('embeds the first 50 calls, and counts on', async () => {
    const { integration } = instance;
    const id = await integration.runOperation({ operation: 'import' }, async ({ log }) => {
      for (let index = 0; index < 53; index += 1) await integration.at(`call-${index}`).get(() => null);
      return log._id;
    });
    const log = await stored(id);
    expect(log?.requestCount).toBe(53);
    expect(log?.requests.map(({ endpoint }) => endpoint)).toEqual(
      Array.from({ length: 50 }, (_, index) => `call-${index}`),
    );
  });

  it('counts no calls that were made outside of it, and none after it ended', async () => {
    const { integration } = instance;
    const id = await integration.runOperation({ operation: 'import' }, async ({ log }) => log._id);
    await integration.at('outside').get(() => null);
    expect(await stored(id)).toMatchObject({ requests: [], requestCount: 0 });
  });

  it('keeps the calls of operations that run side by side apart', async () => {
    const { integration } = instance;
    const run = (name: string, calls: number) =>
      integration.runOperation({ operation: name }, async ({ log }) => {
        for (let index = 0; index < calls; index += 1) await integration.at(`${name}-${index}`).get(() => null);
        return log._id;
      });
    const ids = await Promise.all([run('first', 3), run('second', 1)]);
    const logs = await Promise.all(ids.map(stored));
    expect(logs.map((log) => log?.requests.map(({ endpoint }) => endpoint))).toEqual([
      ['first-0', 'first-1', 'first-2'],
      ['second-0'],
    ]);
  });

  it('is the parent of the operations in its course, and calls belong to the innermost', async () => {
    const { integration } = instance;
    const ids = await integration.runOperation({ operation: 'sync' }, async ({ log: outer }) => {
      const inner = await integration.runOperation({ operation: 'page' }, async ({ log }) => {
        await integration.at('inner').get(() => null);
        return log._id;
      });
      const logged = await integration.logOperation({ operation: 'note', status: 'success' });
      const alone = await integration.logOperation({ operation: 'alone', status: 'success', parent: null });
      await integration.at('outer').get(() => null);
      return { outer: outer._id, inner, logged: logged._id, alone: alone._id };
    });
    expect(await stored(ids.inner)).toMatchObject({ parentId: ids.outer, requests: [{ endpoint: 'inner' }] });
    expect(await stored(ids.logged)).toMatchObject({ parentId: ids.outer });
    expect(await stored(ids.alone)).toMatchObject({ parentId: null });
    expect(await stored(ids.outer)).toMatchObject({ parentId: null, requests: [{ endpoint: 'outer' }] });
    const topLevel = await integration
      .logs()
      .topLevel()
      .where({ _id: { $in: Object.values(ids) } });
    expect(topLevel.map(({ operation }) => operation).sort()).toEqual(['alone', 'sync']);
  });

  it('gives what the work gave though its log cannot be completed, and says so in a log line', async () => {
    const { integration, logger } = instance;
    const result = await integration.runOperation({ operation: 'import' }, async ({ log }) => {
      await IntegrationLog.deleteOne({ _id: log._id });
      return 'done';
    });
    expect(result).toBe('done');
    expect(logger.lines).toMatchObject([
      { level: 'error', message: 'The log of an operation could not be completed.' },
    ]);
    expect(await instance.eventNames()).toEqual(['operationStarted']);
  });

  it('begins no work whose log cannot be stored', async () => {
    let began = false;
    const run = instance.integration.runOperation({ operation: '' }, async () => {
      began = true;
    });
    await expect(run).rejects.toMatchObject({ code: 'OPERATION_INVALID' });
    expect(began).toBe(false);
  });
});
