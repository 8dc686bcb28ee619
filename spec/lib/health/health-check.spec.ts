import { beforeEach, describe, expect, it } from 'vitest';
import { Types } from 'mongoose';
import type { IntegrationDocument } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';

const upstream = useHttpServer();
const database = useDatabase();
let check: (integration: IntegrationDocument) => Promise<boolean>;
const local = useLocalInstance(database, upstream, {
  requests: { deadlineMs: 500 },
  provider: { healthCheck: (integration) => check(integration) },
});
const without = useLocalInstance(database, upstream, { prefix: 'without_check' });

let integration: IntegrationDocument;
const counted = async () => (await local.integrations.findOrFail(integration._id)).consecutiveFailures;

beforeEach(async () => {
  integration = await local.integrations.create({ provider: 'local', name: 'Own', credentials: { token: localToken } });
});

describe('a health check', () => {
  it('tells what the provider says, and how long that took', async () => {
    check = async () => true;
    expect(await local.integrations.healthCheck(integration)).toEqual({
      healthy: true,
      durationMs: expect.any(Number),
    });
    check = async () => false;
    expect(await local.integrations.healthCheck(integration.id)).toEqual({
      healthy: false,
      durationMs: expect.any(Number),
    });
  });

  it('counts what it found, where the provider has made no call through the package', async () => {
    check = async () => false;
    await local.integrations.healthCheck(integration);
    await local.integrations.healthCheck(integration);
    expect(await counted()).toBe(2);
    check = async () => true;
    await local.integrations.healthCheck(integration);
    expect(await counted()).toBe(0);
  });

  it('does not count once more what the calls it made have counted', async () => {
    upstream.answer((_request, response) => response.writeHead(503).end());
    check = async (document) => {
      const calls = [document.at('/ping').withAttempts(2).get(), document.http.post('/ping')];
      const results = await Promise.allSettled(calls);
      return results.every(({ status }) => status === 'fulfilled');
    };
    expect(await local.integrations.healthCheck(integration)).toMatchObject({ healthy: false });
    expect(upstream.received).toHaveLength(3);
    expect(await counted()).toBe(2);
  });

  it.each(['throws', 'says no'])('counts one failure, not two, where its only call fails and it %s', async (how) => {
    upstream.answer((_request, response) => response.writeHead(503).end());
    check = async (document) => {
      const call = document.at('/ping').withAttempts(1).get();
      await (how === 'throws' ? call : call.catch(() => undefined));
      return false;
    };
    expect(await local.integrations.healthCheck(integration)).toMatchObject({ healthy: false });
    expect(await counted()).toBe(1);
  });

  it('does not hold a refusal of ours against the other API', async () => {
    await local.integrations.circuit.force(integration, 'open');
    check = (document) =>
      document
        .at('/ping')
        .get()
        .then(() => true)
        .catch(() => false);
    expect(await local.integrations.healthCheck(integration)).toMatchObject({ healthy: false });
    expect(upstream.received).toEqual([]);
    expect(await counted()).toBe(0);
  });

  it('that throws has found the integration unhealthy', async () => {
    const error = Object.assign(new Error('Bad gateway'), { status: 502 });
    check = () => Promise.reject(error);
    expect(await local.integrations.healthCheck(integration)).toMatchObject({ healthy: false, error });
    expect(await counted()).toBe(1);
    check = () => {
      throw new TypeError('x is not a function');
    };
    expect(await local.integrations.healthCheck(integration)).toMatchObject({ error: expect.any(TypeError) });
    expect(await counted()).toBe(1);
  });

  it('that does not end is ended', async () => {
    check = () => new Promise(() => undefined);
    const result = await local.integrations.healthCheck(integration);
    expect(result).toMatchObject({ healthy: false, error: { code: 'DEADLINE_EXCEEDED' } });
    expect(await counted()).toBe(1);
  });

  it('notes its calls for the operation in whose course it runs', async () => {
    upstream.answer((_request, response) => response.end('{}'));
    check = (document) =>
      document
        .at('/ping')
        .get()
        .then(() => true);
    await integration.runOperation({ operation: 'nightly' }, () => local.integrations.healthCheck(integration));
    expect(await integration.logs().exec()).toMatchObject([{ operation: 'nightly', requestCount: 1 }]);
  });

  it('needs a provider that can tell, and an integration', async () => {
    await expect(without.integrations.healthCheck(without.integration)).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
      details: { provider: 'local', capability: 'HasHealthCheck' },
    });
    await expect(local.integrations.healthCheck(new Types.ObjectId())).rejects.toMatchObject({
      code: 'INTEGRATION_NOT_FOUND',
    });
  });
});
