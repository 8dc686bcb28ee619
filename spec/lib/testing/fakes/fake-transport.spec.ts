import { afterEach, describe, expect, it } from 'vitest';
import { RateLimit, type IntegrationDocument } from '../../../../lib/index.js';
import { fake, respond, stopFaking } from '../../../../lib/testing/index.js';
import { useDatabase } from '../../../support/database.js';
import { useHttpServer } from '../../../support/http-server.js';
import { localToken, useLocalInstance } from '../../../support/local-instance.js';

const upstream = useHttpServer();
const local = useLocalInstance(useDatabase(), upstream, {
  rateLimits: { maxWaitSeconds: 0 },
  circuit: { strategy: 'count', failureCount: 1 },
  provider: { defaultRateLimit: () => RateLimit.perMinute(1), rateLimits: () => [] },
});

afterEach(() => {
  stopFaking();
  expect(upstream.received).toEqual([]);
});

const fresh = (): Promise<IntegrationDocument> =>
  local.integrations.create({ provider: 'local', name: 'Own', credentials: { token: localToken } });

describe('faked calls', () => {
  it('count for the rate limit of their integration, which can be raised for a test', async () => {
    fake({}, { integrations: local.integrations, unmatched: 'faked' });
    const integration = await fresh();
    await expect(integration.at('/a').get()).resolves.toBe('faked');
    await expect(integration.at('/a').get()).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    await expect((await fresh()).at('/a').get()).resolves.toBe('faked');
    const lenient = await fresh();
    await local.integrations.rateLimits.override(lenient, RateLimit.perMinute(1_000));
    for (let call = 0; call < 5; call += 1) await expect(lenient.at('/a').get()).resolves.toBe('faked');
  });

  it('open the circuit of their integration, and of no other one', async () => {
    fake({ '/down': respond({ status: 503 }) }, { integrations: local.integrations, unmatched: 'faked' });
    const integration = await fresh();
    await expect(integration.at('/down').withAttempts(1).get()).rejects.toMatchObject({ code: 'UPSTREAM_STATUS' });
    await expect(integration.at('/a').get()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    await expect((await fresh()).at('/a').get()).resolves.toBe('faked');
  });
});
