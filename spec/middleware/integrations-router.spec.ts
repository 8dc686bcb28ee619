import { request } from 'node:http';
import express, { type Express } from 'express';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { afterEach, describe, expect, it } from 'vitest';
import { createIntegrations, type Integrations, type IntegrationsOptions } from '../../lib/index.js';
import { integrationsRouter } from '../../middleware/integrations-router.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { memoryLogger } from '../support/memory-logger.js';

const database = useDatabase();
const server = useHttpServer();
const healthy = { status: 200, text: JSON.stringify({ status: 'ok', database: 'connected' }) };
const hostsPage = { status: 200, text: 'the host’s page' };
const opened = new Set<Integrations>();

afterEach(async () => {
  for (const integrations of opened) await close(integrations);
});

function openInstance(options: Partial<IntegrationsOptions> = {}) {
  const logger = memoryLogger();
  const integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'k1', secret: Buffer.alloc(32, 1).toString('base64') }],
    logger,
    ...options,
  });
  opened.add(integrations);
  return { integrations, logger };
}

async function close(integrations: Integrations): Promise<void> {
  opened.delete(integrations);
  await integrations.close();
}

/** The application of a host: the router at the root, or below a prefix, and behind it a page for every path. */
function serveHost(router = integrationsRouter(), prefix = '/'): Express {
  const app = express();
  app.use(prefix, router);
  app.use((_req, res) => {
    res.send(hostsPage.text);
  });
  server.answer(app);
  return app;
}

async function ask(path: string, method = 'GET') {
  const response = await fetch(server.origin + path, { method });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: (): unknown => JSON.parse(text) };
}

/** Sends the path as it is, where fetch would normalise it; true when the page of the host came back. */
function reachesHost(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path }, (response) => {
      response.resume();
      resolve(response.headers['content-type'] === 'text/html; charset=utf-8');
    });
    sent.on('error', reject).end();
  });
}

describe('integrationsRouter', () => {
  it('serves the default instance, also one that was made after it was mounted', async () => {
    serveHost();
    openInstance();
    const { status, headers, json } = await ask('/integrations/health');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toContain('application/json');
    expect(json()).toEqual({ status: 'ok', database: 'connected' });
  });

  it('answers 503 while the database is away', async () => {
    serveHost();
    openInstance({ connection: mongoose.createConnection() });
    const { status, headers, json } = await ask('/integrations/health');
    expect(status).toBe(503);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json()).toEqual({ status: 'unavailable', database: 'unavailable' });
  });

  it('answers HEAD like GET, without a body', async () => {
    serveHost();
    openInstance();
    expect(await ask('/integrations/health', 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('refuses %s of health', async (method) => {
    serveHost();
    openInstance();
    const { status, headers, json } = await ask('/integrations/health', method);
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET, HEAD');
    expect(json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED', detail: expect.stringContaining(method) as string });
  });

  it.each([
    '/integrations',
    '/integrations/',
    '/integrations/nothing?a=b',
    '/integrations/health/more',
    '/integrations//',
  ])('answers %s with a problem document', async (path) => {
    serveHost();
    openInstance();
    const { status, headers, json } = await ask(path);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json()).toMatchObject({ code: 'ROUTE_NOT_FOUND', status: 404, instance: path.replace(/\?.*/, '') });
  });

  it.each(['/', '/integrationsX', '/integrations-old/health', '/health', '/x/integrations/health'])(
    'leaves %s to the host, with the headers the host gives it',
    async (path) => {
      serveHost();
      openInstance();
      const { status, headers, text } = await ask(path);
      expect({ status, text }).toEqual(hostsPage);
      expect(headers.has('cache-control')).toBe(false);
    },
  );

  it('owns a path when its first segments are the base path, and no other', async () => {
    serveHost();
    const segments = [
      'integrations',
      'INTEGRATIONS',
      'integrationsX',
      'x',
      'health',
      'v1',
      '%2e',
      'integrations%2Fhealth',
      '',
    ];
    openInstance();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...segments), { minLength: 1, maxLength: 4 }), async (parts) => {
        const path = `/${parts.join('/')}`;
        expect(await reachesHost(path)).toBe(parts[0]?.toLowerCase() !== 'integrations');
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it('answers below the prefix it is mounted under, and only there', async () => {
    serveHost(integrationsRouter(), '/api');
    openInstance();
    expect(await ask('/api/integrations/health')).toMatchObject(healthy);
    expect((await ask('/api/integrations/x')).json()).toMatchObject({ instance: '/api/integrations/x' });
    expect(await ask('/integrations/health')).toMatchObject(hostsPage);
    expect(await ask('/api/health')).toMatchObject(hostsPage);
  });

  it.each(['/hooks/v1', '/a:b', '/(x)*{y}', '/größe'])(
    'answers below the base path %s of the instance, taken literally',
    async (basePath) => {
      serveHost();
      openInstance({ basePath });
      expect(await ask(`${basePath}/health`)).toMatchObject(healthy);
      expect(await ask('/integrations/health')).toMatchObject(hostsPage);
      expect(await ask('/axyz/health')).toMatchObject(hostsPage);
    },
  );

  it('serves a named instance, whatever else is open', async () => {
    const { integrations } = openInstance();
    openInstance({ prefix: 'other', basePath: '/other' });
    serveHost(integrationsRouter({ integrations }));
    expect(await ask('/integrations/health')).toMatchObject(healthy);
    expect(await ask('/other/health')).toMatchObject(hostsPage);
  });
});

describe('integrationsRouter without a default instance', () => {
  it('says so below the default base path, and leaves all else to the host', async () => {
    serveHost();
    const { status, headers, json } = await ask('/integrations/health');
    expect(status).toBe(500);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json()).toMatchObject({ code: 'INSTANCE_MISSING', type: 'urn:express-integrations:error:instance-missing' });
    expect(await ask('/elsewhere')).toMatchObject(hostsPage);
  });

  it('forgets an instance that was closed', async () => {
    serveHost();
    const { integrations } = openInstance({ basePath: '/first' });
    expect(await ask('/first/health')).toMatchObject(healthy);
    await close(integrations);
    expect(await ask('/first/health')).toMatchObject(hostsPage);
    openInstance({ basePath: '/second' });
    expect(await ask('/second/health')).toMatchObject(healthy);
  });

  it('asks, with several open ones, to name one of them', async () => {
    serveHost();
    const { logger } = openInstance();
    const { integrations } = openInstance({ prefix: 'other', basePath: '/other' });
    for (const path of ['/integrations/health', '/other/health', '/other']) {
      const { status, json } = await ask(path);
      expect(status).toBe(500);
      expect(json()).toMatchObject({
        code: 'INSTANCE_AMBIGUOUS',
        remedy: expect.stringContaining('integrationsRouter({ integrations })') as string,
      });
    }
    expect(await ask('/elsewhere')).toMatchObject(hostsPage);
    expect(logger.lines.filter(({ meta }) => meta.code === 'INSTANCE_AMBIGUOUS')).toHaveLength(3);
    await close(integrations);
    expect(await ask('/integrations/health')).toMatchObject(healthy);
  });
});
