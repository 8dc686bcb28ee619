import mongoose from 'mongoose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIntegrations, RetryableError, type IntegrationEventName } from '../../../lib/index.js';
import { createHealthObserver } from '../../../lib/health/health-observer.js';
import type { IntegrationDocument, IntegrationFields } from '../../../schemas/integration.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';
import { localProvider } from '../../support/local-provider.js';
import { memoryLogger } from '../../support/memory-logger.js';

const upstream = useHttpServer();
const database = useDatabase();
const local = useLocalInstance(database, upstream, {
  circuit: { enabled: false },
  health: { degradedAfter: 2, failingAfter: 3, disabledAfter: 4 },
});

const watched = [
  'integrationHealthChanged',
  'integrationDisabled',
  'reauthorizationRequired',
  'incidentOpened',
  'incidentClosed',
] as const satisfies IntegrationEventName[];
let events: { readonly name: string; readonly [fact: string]: unknown }[];
let integration: IntegrationDocument;

beforeAll(() => {
  for (const name of watched) {
    local.integrations.on(name, (payload: { integration: IntegrationDocument }) => {
      if (payload.integration._id.equals(integration._id)) events.push({ name, ...payload });
    });
  }
});

beforeEach(async () => {
  events = [];
  integration = await local.integrations.create({ provider: 'local', name: 'Own', credentials: { token: localToken } });
});

const answerWith = (status: number) => upstream.answer((_request, response) => response.writeHead(status).end('{}'));
const stored = (): Promise<IntegrationFields> =>
  local.integrations.models.Integration.findById(integration._id).orFail().lean<IntegrationFields>().exec();
const call = (document = integration) => document.at('/path').withAttempts(1).get();

async function failingCalls(count: number): Promise<void> {
  answerWith(503);
  for (let done = 0; done < count; done += 1) await expect(call()).rejects.toThrow();
}

/** As another process would have it. */
const copy = () => local.integrations.findOrFail(integration._id);

describe('a failed call', () => {
  it('counts once, whatever its attempts', async () => {
    const before = Date.now();
    answerWith(503);
    await expect(integration.at('/path').withAttempts(3).get()).rejects.toThrow();
    const { consecutiveFailures, lastErrorAt } = await stored();
    expect(upstream.received).toHaveLength(3);
    expect(consecutiveFailures).toBe(1);
    expect(lastErrorAt!.getTime()).toBeGreaterThanOrEqual(before - 1_000);
  });

  it('is one of integration.http as well', async () => {
    answerWith(503);
    await expect(integration.http.post('/path', {})).rejects.toThrow();
    expect(await stored()).toMatchObject({ consecutiveFailures: 1 });
  });

  it('is one of a callback that returns the failing answer instead of throwing', async () => {
    await integration
      .at('/sdk')
      .get(() => ({ status: 503, headers: {} }))
      .catch(() => undefined);
    expect(await stored()).toMatchObject({ consecutiveFailures: 1 });
  });

  it('changes the status at the thresholds, and tells each transition once', async () => {
    await failingCalls(4);
    expect(await stored()).toMatchObject({ consecutiveFailures: 4, healthStatus: 'disabled', isActive: false });
    await expect.poll(() => events.length).toBe(5);
    const shape = events.map(({ name, previousStatus, newStatus }) => [name, previousStatus, newStatus]);
    expect(shape).toEqual([
      ['integrationHealthChanged', 'healthy', 'degraded'],
      ['incidentOpened', undefined, undefined],
      ['integrationHealthChanged', 'degraded', 'failing'],
      ['integrationHealthChanged', 'failing', 'disabled'],
      ['integrationDisabled', undefined, undefined],
    ]);
    await failingCalls(1);
    expect(events).toHaveLength(5);
  });

  it('shows on the document in memory, and is none of its changes', async () => {
    await failingCalls(2);
    await expect.poll(() => events.length).toBe(2);
    expect(events[0]?.integration).toBe(integration);
    expect(integration).toMatchObject({ consecutiveFailures: 2, healthStatus: 'degraded' });
    expect(integration.lastErrorAt).toEqual((await stored()).lastErrorAt);
    expect(integration.modifiedPaths()).toEqual([]);
  });

  it.each([
    ['throttling', () => answerWith(429)],
    ['a call that is wrong', () => answerWith(404)],
    ['an endpoint that is not there', () => answerWith(501)],
  ])('counts nothing where it is %s, and sets nothing back either', async (_name, answer) => {
    await failingCalls(1);
    answer();
    await expect(call()).rejects.toThrow();
    expect(await stored()).toMatchObject({ consecutiveFailures: 1, healthStatus: 'healthy' });
  });

  it.each([
    ['a programming error', new TypeError('x is not a function')],
    ['something unknown', new Error('Nobody knows')],
  ])('counts nothing where it is %s', async (_name, error) => {
    const failing = integration.at('/sdk').get(() => {
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(await stored()).toMatchObject({ consecutiveFailures: 0, lastErrorAt: null });
  });

  it('counts nothing where the answer does not fit its schema', async () => {
    answerWith(200);
    const schema = { type: 'object', required: ['id'] } as const;
    await expect(integration.at('/path').as(schema).get()).rejects.toMatchObject({ code: 'SCHEMA_DRIFT' });
    expect(await stored()).toMatchObject({ consecutiveFailures: 0 });
  });

  it('counts nothing where the caller gave up', async () => {
    const controller = new AbortController();
    upstream.answer(() => controller.abort());
    const failing = integration.at('/path').withAttempts(1).withOptions({ signal: controller.signal }).get();
    await expect(failing).rejects.toMatchObject({ code: 'CALL_ABORTED' });
    expect(await stored()).toMatchObject({ consecutiveFailures: 0 });
  });
});

describe('a successful call', () => {
  it.each([1, 2, 3])('sets %i failures back', async (count) => {
    await failingCalls(count);
    answerWith(200);
    await call();
    expect(await stored()).toMatchObject({ consecutiveFailures: 0, healthStatus: 'healthy', isActive: true });
    expect((await stored()).lastErrorAt).not.toBeNull();
    expect(integration).toMatchObject({ consecutiveFailures: 0, healthStatus: 'healthy' });
  });

  it('tells that the health is good again, and closes the incident', async () => {
    await failingCalls(2);
    answerWith(200);
    await call();
    await call();
    await expect.poll(() => events.length).toBe(4);
    expect(events.slice(2)).toMatchObject([
      { name: 'integrationHealthChanged', previousStatus: 'degraded', newStatus: 'healthy' },
      { name: 'incidentClosed', incident: { closeReason: 'recovered', peakSeverity: 'warning' } },
    ]);
  });

  it('sets back what others counted since its document was loaded', async () => {
    const other = await copy();
    await failingCalls(2);
    expect(other.consecutiveFailures).toBe(0);
    answerWith(200);
    await call(other);
    expect(await stored()).toMatchObject({ consecutiveFailures: 0, healthStatus: 'healthy' });
    expect(await local.integrations.models.IntegrationGate.findById(integration.id)).toMatchObject({
      failureMark: null,
    });
  });

  it('does not switch a disabled integration on again', async () => {
    const other = await copy();
    await failingCalls(4);
    answerWith(200);
    await call(other);
    await call();
    expect(await stored()).toMatchObject({ consecutiveFailures: 4, healthStatus: 'disabled', isActive: false });
    expect(other).toMatchObject({ healthStatus: 'disabled' });
  });

  it('counts after enable(), which leaves nothing to set back', async () => {
    await failingCalls(4);
    await local.integrations.enable(integration);
    expect(await stored()).toMatchObject({ consecutiveFailures: 0, healthStatus: 'healthy', isActive: true });
    expect(await local.integrations.models.IntegrationGate.findById(integration.id)).toMatchObject({
      failureMark: null,
    });
    expect(await local.integrations.incidents.current(integration)).toBeNull();
    await failingCalls(1);
    expect(await stored()).toMatchObject({ consecutiveFailures: 1, healthStatus: 'healthy' });
  });

  it('costs no command, and does not write', async () => {
    const client = mongoose.createConnection(database.uri, { monitorCommands: true });
    await client.asPromise();
    const instance = createIntegrations({
      connection: client,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }],
      http: { allowedPrivateHosts: ['127.0.0.1'] },
      logger: false,
      // Jobs look for work all the time.
      jobs: { enabled: false },
      providers: { local: localProvider(upstream) },
    });
    await instance.start();
    const healthy = await instance.create({ provider: 'local', name: 'Healthy', credentials: { token: localToken } });
    answerWith(200);
    const commands: string[] = [];
    client.getClient().on('commandStarted', ({ commandName, command }) => {
      commands.push(`${commandName} ${String(command[commandName])}`);
    });
    for (let done = 0; done < 50; done += 1) await call(healthy);
    await instance.close();
    await client.close();
    const others = commands.filter((command) => !/integration_requests|endSessions/.test(command));
    expect(others.filter((command) => command !== 'find integration_gates')).toEqual([]);
  });
});

describe('a call whose credentials are refused', () => {
  const refusedCall = async (document = integration) => {
    answerWith(401);
    await expect(call(document)).rejects.toThrow();
  };

  it('moves the status of authorization, and not the health', async () => {
    await refusedCall();
    await refusedCall();
    expect(await stored()).toMatchObject({
      authStatus: 'needsReauthorization',
      healthStatus: 'healthy',
      consecutiveFailures: 0,
      lastErrorAt: null,
    });
    await expect.poll(() => events).toMatchObject([{ name: 'reauthorizationRequired' }]);
    expect(integration.authStatus).toBe('needsReauthorization');
    expect(integration.modifiedPaths()).toEqual([]);
  });

  it('is told once, whichever documents in memory the calls are made of', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, copy));
    await Promise.all([integration, ...others].map(refusedCall));
    await expect.poll(() => events).toHaveLength(1);
  });

  it('leaves a connection that was revoked on purpose as it is', async () => {
    await local.integrations.models.Integration.updateOne({ _id: integration._id }, { authStatus: 'revoked' });
    await refusedCall();
    expect(await stored()).toMatchObject({ authStatus: 'revoked' });
  });

  it('says nothing about credentials that were replaced meanwhile', async () => {
    await local.integrations.update(integration, { credentials: { token: 'another-token-0123456789' } });
    await refusedCall();
    expect(await stored()).toMatchObject({ authStatus: 'none' });
    expect(events).toEqual([]);
  });

  it.each([
    [null, 'none'],
    ['e30..a.b.c', 'connected'],
  ])('is over with the next success: with tokens %j the status is %s', async (tokens, authStatus) => {
    const other = await copy();
    await refusedCall();
    await local.integrations.models.Integration.collection.updateOne({ _id: integration._id }, { $set: { tokens } });
    answerWith(200);
    await call(other);
    expect(await stored()).toMatchObject({ authStatus });
  });

  it('is over with new credentials', async () => {
    await refusedCall();
    const updated = await local.integrations.update(integration, {
      credentials: { token: 'another-token-0123456789' },
    });
    expect(updated.authStatus).toBe('none');
  });
});

describe('where the database is of no help', () => {
  const reportOn = async (judged: Promise<void>) => {
    const logger = memoryLogger();
    const record = {
      judge: () => judged,
      isNeedless: () => false,
      reset: () => judged,
      afterEnabling: () => judged,
    };
    const observer = createHealthObserver({ record, providerOf: () => null, logger });
    await observer.recordFailure(integration);
    return logger.lines;
  };

  it('waits no longer than a second, and warns', async () => {
    const clock = performance.now();
    const lines = await reportOn(new Promise<void>(() => undefined));
    expect(performance.now() - clock).toBeGreaterThan(900);
    expect(lines).toMatchObject([{ level: 'warn', meta: { integrationId: integration.id } }]);
  });

  it('warns where it fails, and does not reject', async () => {
    const error = new Error('Away');
    expect(await reportOn(Promise.reject(error))).toMatchObject([{ level: 'warn', meta: { error } }]);
  });
});

describe('recordFailure and recordSuccess', () => {
  it('count what was called by other means', async () => {
    await integration.recordFailure();
    await integration.recordFailure(new RetryableError('Busy'));
    expect(await stored()).toMatchObject({ consecutiveFailures: 2, healthStatus: 'degraded' });
    await integration.recordSuccess();
    expect(await stored()).toMatchObject({ consecutiveFailures: 0, healthStatus: 'healthy' });
  });

  it('judge the error like that of a call', async () => {
    await integration.recordFailure(new TypeError('x is not a function'));
    await integration.recordFailure(Object.assign(new Error('Not found'), { status: 404 }));
    expect(await stored()).toMatchObject({ consecutiveFailures: 0 });
    await integration.recordFailure(Object.assign(new Error('Unauthorized'), { status: 401 }));
    expect(await stored()).toMatchObject({ consecutiveFailures: 0, authStatus: 'needsReauthorization' });
  });

  it('set back whatever is stored, though neither document nor gate tells of it', async () => {
    const { Integration } = local.integrations.models;
    await Integration.updateOne({ _id: integration._id }, { consecutiveFailures: 9, healthStatus: 'failing' });
    await integration.recordSuccess();
    expect(await stored()).toMatchObject({ consecutiveFailures: 0, healthStatus: 'healthy' });
  });

  it('have nothing to say about an integration that is gone', async () => {
    await local.integrations.delete(integration);
    await integration.recordFailure();
    await integration.recordSuccess();
    expect(await local.integrations.models.IntegrationGate.findById(integration.id)).toBeNull();
  });
});
