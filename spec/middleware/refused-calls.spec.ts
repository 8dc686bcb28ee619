import express from 'express';
import { describe, expect, it } from 'vitest';
import {
  integrationErrorHandler,
  integrationOf,
  loadIntegration,
  RateLimit,
  type IntegrationDocument,
} from '../../lib/index.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { useLocalInstance } from '../support/local-instance.js';

const database = useDatabase();
const upstream = useHttpServer();
const application = useHttpServer();
const local = useLocalInstance(database, upstream, {
  rateLimits: { maxWaitSeconds: 0 },
  circuit: { strategy: 'count', failureCount: 1, cooldownSeconds: 60 },
  provider: { defaultRateLimit: () => RateLimit.perMinute(1), rateLimits: () => [] },
});

const byBuilder = (integration: IntegrationDocument) => integration.at('/items').withAttempts(1).get();
const byAxios = async (integration: IntegrationDocument) => (await integration.http.get<unknown>('/items')).data;

/** What the application answers when its route calls the other API. */
async function get(name: string, call: (integration: IntegrationDocument) => Promise<unknown> = byBuilder) {
  const app = express();
  const { integrations } = local;
  app.get('/items', loadIntegration('local', { name, integrations }), async (req, res) => {
    res.json(await call(integrationOf(req)));
  });
  app.use(integrationErrorHandler({ integrations }));
  application.answer(app);
  const response = await fetch(`${application.origin}/items`);
  return {
    status: response.status,
    retryAfter: Number(response.headers.get('retry-after')),
    body: await response.json(),
  };
}

async function createIntegration(name: string): Promise<void> {
  await local.integrations.create({ provider: 'local', name, credentials: { token: 'token' } });
}

describe('a route whose call is refused', () => {
  it('by an open circuit is answered with 503, and says when to come back', async () => {
    await createIntegration('down');
    upstream.answer((_request, response) => response.writeHead(503).end());
    expect(await get('down')).toMatchObject({ status: 502, body: { code: 'UPSTREAM_STATUS' } });
    const { status, retryAfter, body } = await get('down');
    expect([status, body]).toMatchObject([503, { code: 'CIRCUIT_OPEN', detail: 'Circuit open' }]);
    expect(retryAfter).toBeGreaterThan(30);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(upstream.received).toHaveLength(1);
  });

  it('by a rate limit is answered with 429, and says when to come back', async () => {
    await createIntegration('busy');
    expect(await get('busy')).toMatchObject({ status: 200 });
    const { status, retryAfter, body } = await get('busy');
    expect([status, body]).toMatchObject([429, { code: 'RATE_LIMIT_EXCEEDED' }]);
    expect(retryAfter).toBeGreaterThan(30);
    // The provider's window may have begun a moment after the call.
    expect(retryAfter).toBeLessThanOrEqual(62);
    expect(upstream.received).toHaveLength(1);
  });

  it('is answered alike where the call is one of integration.http', async () => {
    await createIntegration('axios');
    upstream.answer((_request, response) => response.writeHead(404).end());
    expect(await get('axios', byAxios)).toMatchObject({ status: 502, body: { code: 'UPSTREAM_STATUS' } });
    const { status, retryAfter, body } = await get('axios', byAxios);
    expect([status, body]).toMatchObject([429, { code: 'RATE_LIMIT_EXCEEDED' }]);
    expect(retryAfter).toBeGreaterThan(30);
    await local.integrations.circuit.force((await local.integrations.find({ name: 'axios' }))!, 'open');
    expect(await get('axios', byAxios)).toMatchObject({ status: 503, retryAfter: 60, body: { code: 'CIRCUIT_OPEN' } });
    expect(upstream.received).toHaveLength(1);
  });
});
