import mongoose, { Types, type Connection } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRequestLog, type RequestLogOptions } from '../../../lib/request-log/request-log.js';
import type { Loss } from '../../../lib/request-log/loss-reporter.js';
import {
  integrationRequestSchema,
  type IntegrationRequestFields,
  type IntegrationRequestModel,
} from '../../../schemas/integration-request.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import { useDatabase } from '../../support/database.js';

const names = { integration: 'Integration', request: 'IntegrationRequest', log: 'IntegrationLog' };

function requestModel(connection: Connection): IntegrationRequestModel {
  return connection.model<IntegrationRequestFields, IntegrationRequestModel>(
    names.request,
    integrationRequestSchema('integration_requests', names),
  );
}

function entry(fields: Partial<IntegrationRequestFields> = {}): IntegrationRequestFields {
  const error = { class: 'Error', message: 'failed', code: null, trace: 'at x' };
  const attempt = { startedAt: new Date(1), durationMs: 5, failureClass: null, providerRequestId: null };
  return {
    _id: new Types.ObjectId(),
    integrationId: new Types.ObjectId(),
    endpoint: '/issues',
    method: 'GET',
    statusCode: 200,
    requestData: null,
    responseData: '{"id":1}',
    idempotencyKey: null,
    providerRequestId: 'abc',
    error: null,
    durationMs: 12,
    retryOfId: null,
    relatedType: null,
    relatedId: null,
    cacheHits: 0,
    staleHits: 0,
    attempts: [
      { ...attempt, number: 1, statusCode: 500, error, delayBeforeMs: 0 },
      { ...attempt, number: 2, statusCode: 200, error: null, delayBeforeMs: 1000 },
    ],
    createdAt: new Date(2),
    updatedAt: new Date(3),
    ...fields,
  };
}

function openLog(model: IntegrationRequestModel, options: Partial<RequestLogOptions> = {}) {
  const losses: Loss[] = [];
  return { losses, ...createRequestLog({ model, onLost: (loss) => losses.push(loss), ...options }) };
}

describe('createRequestLog', () => {
  const { connection } = useDatabase();
  let model: IntegrationRequestModel;
  beforeAll(() => {
    model = requestModel(connection);
  });

  it('stores an entry as Mongoose would read it', async () => {
    const written = entry();
    const log = openLog(model);
    expect(await log.write(written)).toBe('stored');
    const document = await model.findById(written._id).orFail();
    expect(document.toObject({ versionKey: false })).toEqual(written);
    expect(log.stats()).toEqual({ stored: 1, buffered: 0, lost: 0 });
  });

  it('leaves the entry alone, and stores one that Mongoose can edit', async () => {
    const written = Object.freeze(entry());
    await openLog(model).write(written);
    const document = await model.findById(written._id).orFail();
    document.attempts.push({ ...written.attempts[1]!, number: 3 });
    await document.save();
    expect((await model.findById(written._id).orFail()).attempts).toHaveLength(3);
  });

  it('tells when the entry is stored', async () => {
    const written = entry();
    let found: unknown = 'not asked';
    await openLog(model).write(written, () => {
      found = model.exists({ _id: written._id });
    });
    expect(await found).toMatchObject({ _id: written._id });
  });

  it('loses what the database refuses, without failing, and reports it', async () => {
    const written = entry();
    const log = openLog(model);
    await log.write(written);
    let stored = 0;
    expect(await log.write(written, () => (stored += 1))).toBe('lost');
    expect(stored).toBe(0);
    expect(log.losses).toEqual([{ count: 1, reason: 'refused' }]);
    expect(log.stats()).toEqual({ stored: 1, buffered: 0, lost: 1 });
  });
});

describeWithOwnMongod('createRequestLog while the database is away', () => {
  const mongod = useCrashableMongod();
  let connection: Connection;
  let model: IntegrationRequestModel;

  beforeAll(async () => {
    // As a host has it: an operation waits long for a server.
    connection = await mongoose.createConnection(mongod.uri, { dbName: 'log', heartbeatFrequencyMS: 500 }).asPromise();
    model = requestModel(connection);
  });
  beforeEach(async () => {
    await mongod.start();
    await model.deleteMany({});
  });
  afterAll(async () => {
    // The driver says goodbye to the server, and waits half a minute for one that is gone.
    await mongod.start();
    await connection.close();
  });

  it('lets the call go on after the wait, and stores the entry when the database is back', async () => {
    const log = openLog(model, { waitMs: 50 });
    await mongod.crash();
    const written = Array.from({ length: 20 }, () => entry());
    let stored = 0;
    const outcomes = await Promise.all(written.map((one) => log.write(one, () => (stored += 1))));
    expect(outcomes).toEqual(written.map(() => 'buffered'));
    expect(log.stats()).toEqual({ stored: 0, buffered: 20, lost: 0 });
    expect(stored).toBe(0);
    await mongod.start();
    await log.flush({ timeoutMs: 15_000 });
    expect(stored).toBe(20);
    expect(await model.countDocuments()).toBe(20);
    expect(log.losses).toEqual([]);
  });

  it('counts and reports what does not fit into the buffer', async () => {
    const log = openLog(model, { waitMs: 1, maxBuffered: 5 });
    await mongod.crash();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => log.write(entry())));
    expect(outcomes.filter((outcome) => outcome === 'lost')).toHaveLength(3);
    expect(log.stats()).toEqual({ stored: 0, buffered: 5, lost: 3 });
    await log.flush({ timeoutMs: 1 });
    expect(log.stats()).toEqual({ stored: 0, buffered: 0, lost: 8 });
    expect(log.losses).toEqual([
      { reason: 'overflow', count: 1 },
      { reason: 'overflow', count: 2 },
      { reason: 'stopped', count: 5 },
    ]);
  });

  it('measures the buffer by the size of bodies and errors as well', async () => {
    const log = openLog(model, { waitMs: 1, maxBufferedBytes: 10_000 });
    await mongod.crash();
    const large = () => entry({ responseData: 'x'.repeat(6000) });
    expect(await Promise.all([log.write(large()), log.write(large())])).toEqual(['buffered', 'lost']);
    await log.flush({ timeoutMs: 1 });
  });
});
