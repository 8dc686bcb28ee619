import { type Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { key, useOperations } from './operations-fixture.js';

const instance = useOperations();
const { IntegrationLog } = instance.integrations.models;
const stored = (_id: Types.ObjectId) => IntegrationLog.findById(_id).lean();

describe('logOperation', () => {
  it('stores everything that is said of the operation', async () => {
    const { integration } = instance;
    const parent = await integration.logOperation({ operation: 'import', status: 'success' });
    const log = await integration.logOperation({
      operation: 'webhook',
      direction: 'inbound',
      status: 'partial',
      summary: '3 of 4 orders',
      externalId: 'order-7',
      metadata: { page: 2 },
      resultData: { orders: 3 },
      error: new RangeError('out of stock'),
      durationMs: 1234,
      parent,
    });
    expect(await stored(log._id)).toMatchObject({
      integrationId: integration._id,
      operation: 'webhook',
      direction: 'inbound',
      status: 'partial',
      summary: '3 of 4 orders',
      externalId: 'order-7',
      metadata: { page: 2 },
      resultData: { orders: 3 },
      error: {
        class: 'RangeError',
        message: 'out of stock',
        code: null,
        trace: expect.stringContaining('out of stock'),
      },
      durationMs: 1234,
      parentId: parent._id,
      requests: [],
      requestCount: 0,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
  });

  it('leaves null where nothing is said, and takes the operation for ours', async () => {
    const log = await instance.integration.logOperation({ operation: 'sync', status: 'success' });
    expect(await stored(log._id)).toMatchObject({
      direction: 'outbound',
      summary: null,
      externalId: null,
      metadata: null,
      resultData: null,
      error: null,
      durationMs: null,
      parentId: null,
    });
  });

  it.each([
    ['success', ['operationCompleted']],
    ['failed', ['operationFailed']],
    ['processing', ['operationStarted']],
    ['pending', []],
    ['skipped', []],
    ['partial', []],
    ['anything else', []],
  ])('emits, for the status %s, the events %j and no others', async (status, expected) => {
    const log = await instance.integration.logOperation({ operation: 'sync', status });
    expect(await instance.eventNames()).toEqual(expected);
    for (const { payload } of instance.emitted) expect(payload).toEqual({ integration: instance.integration, log });
  });

  it('emits after the log was stored', async () => {
    const seen: Promise<unknown>[] = [];
    const remove = instance.integrations.on('operationCompleted', ({ log }) => seen.push(stored(log._id)));
    const log = await instance.integration.logOperation({ operation: 'sync', status: 'success' });
    await instance.eventNames();
    remove();
    expect(await Promise.all(seen)).toMatchObject([{ _id: log._id, status: 'success' }]);
  });

  it('takes a parent as a document or by its id, and null for none', async () => {
    const { integration } = instance;
    const parent = await integration.logOperation({ operation: 'sync', status: 'success' });
    const children = [parent, parent._id, null].map((each) =>
      integration.logOperation({ operation: 'page', status: 'success', parent: each }),
    );
    const ids = (await Promise.all(children)).map(({ parentId }) => parentId);
    expect(ids).toEqual([parent._id, parent._id, null]);
    expect(await IntegrationLog.countDocuments({ parentId: parent._id })).toBe(2);
  });

  it('stores no secrets', async () => {
    const { integration } = instance;
    const secret = 'tok_4f1c9a7e55';
    const log = await integration.logOperation({
      operation: 'sync',
      status: 'failed',
      summary: `used token=${secret}`,
      metadata: { access_token: secret },
      resultData: [{ password: secret }],
      error: new Error(`refused: Authorization: Bearer ${secret}`),
    });
    expect(JSON.stringify(await stored(log._id))).not.toContain(secret);
  });

  it('stores no credentials of the integration, whatever they look like', async () => {
    const { integration } = instance;
    const facts = { summary: `with ${key}`, metadata: { with: key }, resultData: [key] };
    await integration.logOperation({ operation: 'sign', status: 'failed', ...facts, error: new Error(`not ${key}`) });
    const work = integration.runOperation({ operation: 'sign' }, async ({ report }) => {
      report(facts);
      return Promise.reject(new Error(`not ${key}`));
    });
    await expect(work).rejects.toThrow(key);
    const logs = await integration.logs().forOperation('sign').lean();
    expect(logs).toHaveLength(2);
    expect(JSON.stringify(logs)).not.toContain(key);
    expect(logs.map(({ error }) => error?.message)).toEqual(['not [REDACTED]', 'not [REDACTED]']);
  });

  it('stores a mark in place of a value that is too large, so that the log itself is stored', async () => {
    const resultData = { text: 'x'.repeat(2 * 1024 * 1024) };
    const log = await instance.integration.logOperation({ operation: 'sync', status: 'success', resultData });
    expect(await stored(log._id)).toMatchObject({ resultData: { truncated: true, bytes: 2 * 1024 * 1024 + 11 } });
  });

  it('refuses an operation without a name, and emits nothing', async () => {
    await expect(instance.integration.logOperation({ operation: '', status: 'success' })).rejects.toMatchObject({
      code: 'OPERATION_INVALID',
      message: expect.stringContaining('operation'),
    });
    expect(await instance.eventNames()).toEqual([]);
  });
});
