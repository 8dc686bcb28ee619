import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { integrationsRouter, type IntegrationWebhookFields } from '../../lib/index.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { openReceiver, sign, signed, signingProvider, type OpenReceiver } from '../support/webhook-receiver.js';

const database = useDatabase();
const server = useHttpServer();

const meta = signingProvider({
  answerWebhookChallenge: (integration, { method, url }) => {
    const query = new URL(url).searchParams;
    if (method !== 'GET' || !query.has('challenge')) return null;
    const isOurs = query.get('for') === integration?.name;
    return { status: isOurs ? 200 : 403, headers: {}, body: isOurs ? (query.get('challenge') ?? '') : '' };
  },
});
const { credentialSchema, metadataSchema } = signingProvider();

let receiver: OpenReceiver;

beforeAll(async () => {
  receiver = openReceiver({
    connection: database.connection,
    providers: {
      acme: signingProvider(),
      other: signingProvider(),
      deaf: { name: 'Deaf', credentialSchema, metadataSchema },
      lonely: signingProvider(),
      polite: signingProvider({ invalidSignatureStatus: 400 }),
      hidden: signingProvider({ invalidSignatureStatus: 404 }),
      meta,
    },
    publicUrl: 'https://hooks.example.com/api',
    settings: { maxBodyBytes: 10_000 },
  });
  await receiver.integrations.install();
});
afterAll(() => receiver.integrations.close());

async function send(path: string, init: RequestInit = {}) {
  server.answer(receiver.app());
  const response = await fetch(server.origin + path, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as Record<string, unknown>,
  };
}

async function storedBy(path: string): Promise<IntegrationWebhookFields[]> {
  return receiver.models.IntegrationWebhook.find({ url: `https://hooks.example.com/api${path}` }).lean<
    IntegrationWebhookFields[]
  >();
}

describe('a webhook', () => {
  it('is stored as it came, before it is acknowledged', async () => {
    const { secret, path, integration } = await receiver.connect();
    const body = '{ "a" : 1.0, "ü": "\\u00fc" }\n';
    const deliveryId = randomUUID();
    const facts = { 'x-github-delivery': deliveryId, authorization: 'Bearer x', cookie: 'a=b', 'x-custom': 'kept' };
    const { status, headers, json } = await send(`${path}?a=%20b`, signed(secret, body, facts));
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json()).toEqual({ status: 'queued' });
    const [webhook] = await storedBy(`${path}?a=%20b`);
    expect(webhook).toMatchObject({
      provider: 'acme',
      integrationId: integration._id,
      eventType: 'push',
      deliveryId,
      bodyKey: null,
      method: 'POST',
      status: 'pending',
      attempts: 0,
      error: null,
      headers: { 'x-custom': 'kept', 'content-type': 'application/json', 'x-github-event': 'push' },
    });
    expect((webhook!.payload as { buffer: Uint8Array }).buffer.toString()).toBe(body);
    for (const name of ['authorization', 'cookie', 'x-hub-signature-256'])
      expect(webhook!.headers).not.toHaveProperty(name);
  });

  it('that comes again is acknowledged, and stored once', async () => {
    const { secret, path } = await receiver.connect();
    const sent = signed(secret);
    expect((await send(path, sent)).json()).toEqual({ status: 'queued' });
    const { status, json } = await send(path, sent);
    expect(status).toBe(200);
    expect(json()).toEqual({ status: 'duplicate' });
    expect(await storedBy(path)).toHaveLength(1);
  });

  it('may come to the URL of its provider alone', async () => {
    const { secret, integration } = await receiver.connect('other');
    expect((await send('/integrations/other/webhook', signed(secret))).json()).toEqual({ status: 'queued' });
    expect(await storedBy('/integrations/other/webhook')).toMatchObject([{ integrationId: integration._id }]);
  });

  it('may have no body', async () => {
    const { secret, path } = await receiver.connect();
    const { method, headers } = signed(secret, '');
    expect((await send(path, { method, headers })).json()).toEqual({ status: 'queued' });
    const [webhook] = await storedBy(path);
    expect((webhook!.payload as { buffer: Uint8Array }).buffer).toHaveLength(0);
  });
});

describe('a signature that is not valid', () => {
  it.each([
    ['of another secret', (body: string) => sign('another secret', body)],
    ['of another body', () => sign('secret', 'x')],
    ['that is none', () => 'sha256=…'.slice(0, 7)],
    ['that is empty', () => ''],
  ])('%s is refused with 401, and nothing is stored', async (_name, signature) => {
    const { path } = await receiver.connect('acme', 'secret');
    const headers = { 'x-hub-signature-256': signature('{"a":1}') };
    const { status, headers: answered, json } = await send(path, signed('secret', '{"a":1}', headers));
    expect(status).toBe(401);
    expect(answered.get('content-type')).toContain('application/problem+json');
    expect(json()).toMatchObject({ code: 'WEBHOOK_SIGNATURE_INVALID', status: 401, instance: path });
    expect(await storedBy(path)).toEqual([]);
  });

  it('is refused with the status that its provider has chosen', async () => {
    const { path } = await receiver.connect('polite');
    const { status, json } = await send(path, signed('another secret'));
    expect(status).toBe(400);
    expect(json()).toMatchObject({ code: 'WEBHOOK_SIGNATURE_INVALID', status: 400 });
  });

  it('looks like a URL that leads nowhere, where its provider says 404', async () => {
    const { path } = await receiver.connect('hidden');
    const { status, json } = await send(path, signed('another secret'));
    expect(status).toBe(404);
    expect(json()).toMatchObject({ code: 'INTEGRATION_NOT_FOUND', status: 404 });
  });
});

describe('a URL that leads nowhere', () => {
  async function problemOf(path: string, secret = 'secret') {
    const { status, json } = await send(path, signed(secret));
    expect(status).toBe(404);
    const { instance: _path, ...problem } = json();
    return problem;
  }

  it('is answered in the same way, whatever is not there', async () => {
    const { integration, secret } = await receiver.connect('acme');
    const off = await receiver.connect('acme');
    await receiver.integrations.disable(off.integration);
    const id = integration.id;
    const expected = await problemOf('/integrations/nobody/webhook');
    expect(expected).toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
    expect(await problemOf('/integrations/deaf/webhook')).toEqual(expected);
    expect(await problemOf(`/integrations/nobody/${id}/webhook`)).toEqual(expected);
    expect(await problemOf(`/integrations/deaf/${id}/webhook`)).toEqual(expected);
    expect(await problemOf(`/integrations/other/${id}/webhook`, secret)).toEqual(expected);
    expect(await problemOf(off.path, off.secret)).toEqual(expected);
    expect(await problemOf('/integrations/acme/0123456789abcdef01234567/webhook')).toEqual(expected);
    expect(await problemOf('/integrations/acme/no-id/webhook')).toEqual(expected);
    expect(await problemOf('/integrations/acme/%ff/webhook')).toEqual(expected);
    expect(await problemOf('/integrations/lonely/webhook')).toEqual(expected);
    expect(await problemOf('/integrations/__proto__/webhook')).toEqual(expected);
  });
});

describe('a method', () => {
  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s is not one that webhooks come by',
    async (method) => {
      const { path } = await receiver.connect();
      const { status, headers } = await send(path, { method });
      expect(status).toBe(405);
      expect(headers.get('allow')).toBe('POST');
    },
  );

  it('GET is one where the provider answers handshakes, for handshakes alone', async () => {
    const { path, secret } = await receiver.connect('meta');
    const { method: _post, body: _body, ...rest } = signed(secret, '');
    const { status, headers, json } = await send(path, rest);
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET, HEAD, POST');
    expect(json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    expect(await storedBy(path)).toEqual([]);
  });
});

describe('a handshake', () => {
  it('is answered as text that no browser takes for a page, and nothing is stored', async () => {
    const { path } = await receiver.connect('meta');
    const { status, headers, text } = await send(`${path}?challenge=%3Cb%3E&for=meta`);
    expect([status, text]).toEqual([200, '<b>']);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(await storedBy(`${path}?challenge=%3Cb%3E&for=meta`)).toEqual([]);
  });

  it('to the URL of the provider is answered for the integration that can', async () => {
    await receiver.connect('meta');
    const named = await receiver.integrations.create({
      provider: 'meta',
      name: 'second',
      credentials: { secret: 's' },
    });
    const { status, text } = await send('/integrations/meta/webhook?challenge=42&for=second');
    expect([status, text]).toEqual([200, '42']);
    await receiver.integrations.delete(named);
  });

  it('that nobody can answer is refused as the provider does it', async () => {
    const { path } = await receiver.connect('meta');
    expect((await send(`${path}?challenge=42&for=nobody`)).status).toBe(403);
  });
});

describe('a body that is too large', () => {
  const tooLarge = { status: 413, code: 'WEBHOOK_TOO_LARGE' };

  it('is refused before it is read, by what it says of its length', async () => {
    const { path } = await receiver.connect();
    server.answer(receiver.app());
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-length': 10_001 };
      const sent = request({ host: '127.0.0.1', port: server.port, path, method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      // Not a byte of it is sent.
      sent.on('error', reject).flushHeaders();
    });
    expect(status).toBe(413);
  });

  it('is refused while it is read, where it says nothing', async () => {
    const { path, secret } = await receiver.connect();
    const whole = Buffer.alloc(50_000, 'a');
    const chunks = new ReadableStream({
      start(controller) {
        for (let at = 0; at < whole.length; at += 1_000) controller.enqueue(whole.subarray(at, at + 1_000));
        controller.close();
      },
    });
    const init = { ...signed(secret, whole), body: chunks, duplex: 'half' };
    expect((await send(path, init as RequestInit)).json()).toMatchObject(tooLarge);
    expect(await storedBy(path)).toEqual([]);
  });

  it('is one byte more than may be', async () => {
    const { path, secret } = await receiver.connect();
    expect((await send(path, signed(secret, 'a'.repeat(10_000)))).status).toBe(200);
    expect((await send(path, signed(secret, 'a'.repeat(10_001)))).json()).toMatchObject(tooLarge);
    // Bytes, not characters.
    expect((await send(path, signed(secret, 'ü'.repeat(5_001)))).json()).toMatchObject(tooLarge);
  });
});

describe('what is beside a webhook', () => {
  it.each(['/integrations/health', '/integrations/acme', '/integrations/acme/webhook/more', '/integrations/webhook'])(
    'is not taken for one: %s',
    async (path) => {
      expect((await send(path, signed('secret'))).text).not.toMatch(/INTEGRATION_NOT_FOUND|WEBHOOK/);
    },
  );
});

describe('integrationsRouter()', () => {
  it('receives webhooks for its instance, below the prefix that it is mounted at', async () => {
    const { secret, path, integration } = await receiver.connect();
    server.answer(express().use('/api', integrationsRouter({ integrations: receiver.integrations })));
    const response = await fetch(`${server.origin}/api${path}`, signed(secret));
    expect(await response.json()).toEqual({ status: 'queued' });
    expect(await receiver.models.IntegrationWebhook.find({ integrationId: integration._id }).lean()).toMatchObject([
      { url: `${server.origin}/api${path}` },
    ]);
  });

  it('believes what proxies say of the host where the application does, and nowhere else', async () => {
    const { secret, path } = await receiver.connect();
    const app = express().use(integrationsRouter({ integrations: receiver.integrations }));
    server.answer(app);
    const forwarded = { 'x-forwarded-host': 'hooks.example.com', 'x-forwarded-proto': 'https' };
    await fetch(server.origin + path, signed(secret, 'a', forwarded));
    app.set('trust proxy', 'loopback');
    await fetch(server.origin + path, signed(secret, 'b', forwarded));
    const urls = [`${server.origin}${path}`, `https://hooks.example.com${path}`];
    for (const url of urls) expect(await receiver.models.IntegrationWebhook.countDocuments({ url })).toBe(1);
  });
});
