import express, { type RequestHandler } from 'express';
import mongoose from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  captureRawBody,
  createIntegrations,
  integrationsRouter,
  verifySignature,
  type IntegrationWebhookFields,
  type WebhookRequest,
} from '../../lib/index.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { memoryLogger } from '../support/memory-logger.js';
import { useWebhookInstance, type WebhookInstance } from '../support/webhook-instance.js';
import { webhookProvider } from '../support/webhook-provider.js';
import { sign } from '../support/webhook-receiver.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const server = useHttpServer();
const secret = 'secret of the sender';
let verifications = 0;

const signed = {
  verifyWebhookSignature: (_integration: unknown, { headers, rawBody }: WebhookRequest) => {
    verifications += 1;
    return verifySignature('github', { headers, rawBody, secrets: [secret] }).valid;
  },
};

interface Delivery {
  readonly id?: string;
  readonly event?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

/** Sends it to the integration of the test, signed; what comes back is the status, and what it says. */
async function deliver(world: WebhookInstance, body: string | Buffer, delivery: Delivery = {}): Promise<string> {
  const { id, event, query = '', headers = {} } = delivery;
  const response = await fetch(`${server.origin}/integrations/senders/${world.integration.id}/webhook${query}`, {
    method: 'POST',
    headers: {
      'x-hub-signature-256': sign(secret, body),
      ...(id !== undefined && { 'x-id': id }),
      ...(event !== undefined && { 'x-event': event }),
      ...headers,
    },
    body,
  });
  const { status, code } = (await response.json()) as { readonly status: unknown; readonly code?: string };
  return `${response.status} ${code ?? String(status)}`;
}

function serve(world: WebhookInstance, ...before: readonly RequestHandler[]): void {
  const app = express();
  for (const handler of before) app.use(handler);
  server.answer(app.use(integrationsRouter({ integrations: world.integrations })));
}

const bytesOf = ({ payload }: IntegrationWebhookFields) => (payload as { buffer: Uint8Array }).buffer;

describe('a webhook on its way from its sender to its handler', () => {
  const world = useWebhookInstance(database, {
    provider: signed,
    webhooks: { tries: 3, backoff: [0], leaseSeconds: 60 },
  });
  beforeEach(() => serve(world));

  it('is acknowledged before it is handled, and announced before as well', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const order: string[] = [];
    const off = world.integrations.on('webhookReceived', () => void order.push('received'));
    world.handle = () => {
      order.push('handled');
      return gate;
    };
    expect(await deliver(world, 'one', { id: 'early' })).toBe('200 queued');
    expect(await world.stored()).toMatchObject([{ deliveryId: 'early', attempts: 0, processedAt: null }]);
    open();
    expect(await world.settled()).toMatchObject([{ status: 'processed', attempts: 1, processedAt: expect.any(Date) }]);
    expect(order).toEqual(['received', 'handled']);
    off();
  });

  it('is handled once, however often it is sent', async () => {
    const answers = [];
    for (let n = 0; n < 3; n += 1) answers.push(await deliver(world, 'one', { id: 'thrice' }));
    await world.settled();
    answers.push(await deliver(world, 'one', { id: 'thrice' }));
    expect(answers).toEqual(['200 queued', '200 duplicate', '200 duplicate', '200 duplicate']);
    expect(await world.settled()).toHaveLength(1);
    expect(world.handled).toEqual(['one']);
  });

  it('is handled anew when it is sent again after it has failed', async () => {
    world.handle = () => {
      throw new Error('no');
    };
    await deliver(world, 'one', { id: 'again' });
    expect(await world.settled()).toMatchObject([{ status: 'failed', attempts: 3, processedAt: expect.any(Date) }]);
    world.handle = () => undefined;
    expect(await deliver(world, 'one', { id: 'again' })).toBe('200 queued');
    expect(await world.settled()).toMatchObject([{ status: 'processed', attempts: 1, error: null }]);
    expect(world.handled).toHaveLength(4);
  });

  it('is tried again when its handler fails, until one attempt succeeds', async () => {
    world.handle = () => {
      if (world.handled.length < 3) throw new Error('not yet');
    };
    await deliver(world, 'one', { id: 'retried' });
    expect(await world.settled()).toMatchObject([{ status: 'processed', attempts: 3, error: null }]);
    expect(world.handled).toHaveLength(3);
  });

  it('is rebuilt by a replay as it was handled at first: method, URL, headers and bytes', async () => {
    const requests: WebhookRequest[] = [];
    world.handle = (_integration, request) => requests.push(request);
    const body = Buffer.from([0x7b, 0x00, 0xff, 0xc3, 0x28, 0x0d, 0x0a]);
    const headers = { 'x-custom': 'a, b', 'content-type': 'application/octet-stream', cookie: 'a=b' };
    await deliver(world, body, { id: 'rebuilt', event: 'any', query: '?a=%20b&a=c', headers });
    const [webhook] = await world.settled();
    await world.integrations.replayWebhook(webhook!);
    await waitFor(() => expect(requests).toHaveLength(2), { timeout: 10_000 });
    const [first, second] = requests;
    expect(second).toMatchObject({ method: 'POST', url: first!.url, headers: first!.headers });
    expect(second!.url).toBe(`${server.origin}/integrations/senders/${world.integration.id}/webhook?a=%20b&a=c`);
    expect(second!.headers).toMatchObject({ 'x-custom': 'a, b', 'x-event': 'any', 'x-id': 'rebuilt' });
    expect(Object.keys(second!.headers).filter((name) => /signature|cookie/.test(name))).toEqual([]);
    expect(second!.rawBody).toEqual(body);
    expect(await world.settled()).toMatchObject([{ status: 'processed', attempts: 1 }]);
  });

  it('may be as large as any is, and is stored and handled whole', async () => {
    const largest = Buffer.alloc(1_048_576, 'ü');
    world.handle = (_integration, { rawBody }) => {
      if (!rawBody.equals(largest)) throw new Error('Something else');
    };
    expect(await deliver(world, largest)).toBe('200 queued');
    const [webhook] = await world.settled();
    expect(webhook).toMatchObject({ status: 'processed' });
    expect(largest.equals(bytesOf(webhook!))).toBe(true);
  });

  it('that is too large is refused before anybody looks at its signature', async () => {
    verifications = 0;
    expect(await deliver(world, Buffer.alloc(1_048_577))).toBe('413 WEBHOOK_TOO_LARGE');
    expect(verifications).toBe(0);
  });
});

describe('where the router stands', () => {
  const world = useWebhookInstance(database, { prefix: 'placed', provider: signed, start: false });
  const json = { 'content-type': 'application/json' };

  it.each([
    ['before the parsers', []],
    ['behind express.json() with captureRawBody', [express.json({ verify: captureRawBody })]],
    ['behind express.raw()', [express.raw({ type: () => true })]],
    ['behind parsers of other types', [express.urlencoded(), express.text()]],
  ] as [string, RequestHandler[]][])('is %s: the bytes are those that were signed', async (_place, before) => {
    serve(world, ...before);
    const body = '{ "a" : 1.0, "ü": "\\u00fc" }\n';
    expect(await deliver(world, body, { id: 'placed', headers: json })).toBe('200 queued');
    const [webhook] = await world.stored();
    expect(bytesOf(webhook!).toString()).toBe(body);
  });

  it('is behind a parser that keeps no bytes: nothing is verified, and the answer says what to do', async () => {
    serve(world, express.json());
    expect(await deliver(world, '{}', { headers: json })).toBe('500 WEBHOOK_BODY_CONSUMED');
    expect(await world.stored()).toEqual([]);
    expect(world.logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('WEBHOOK_BODY_CONSUMED') }),
    );
  });
});

describe('a body that comes without an id', () => {
  const world = useWebhookInstance(database, {
    prefix: 'bodies',
    provider: signed,
    webhooks: { sameBodySeconds: 1 },
  });
  beforeEach(() => serve(world));

  it('is another webhook when the time is over in which it counts as the same', async () => {
    expect(await deliver(world, 'ping')).toBe('200 queued');
    const [first] = await world.settled();
    expect(first).toMatchObject({ deliveryId: null, bodyKey: expect.any(String), bodyKeyExpiresAt: expect.any(Date) });
    expect(await deliver(world, 'ping')).toBe('200 duplicate');
    await waitFor(async () => expect(await deliver(world, 'ping')).toBe('200 queued'), { timeout: 10_000 });
    const [over, second] = await world.settled();
    expect(over).toMatchObject({ _id: first!._id, bodyKey: null, bodyKeyExpiresAt: null });
    expect(second!.bodyKey).toBe(first!.bodyKey);
    expect(world.handled).toEqual(['ping', 'ping']);
  });
});

describe('a provider with handlers by type', () => {
  const seen: string[] = [];
  const world = useWebhookInstance(database, {
    prefix: 'typed',
    provider: { ...signed, webhookHandlers: () => ({ known: () => void seen.push('known') }) },
  });
  beforeEach(() => serve(world));

  it('ignores the types that it has none for, visibly', async () => {
    expect(await deliver(world, 'a', { id: 'a', event: 'known' })).toBe('200 queued');
    expect(await deliver(world, 'b', { id: 'b', event: 'unknown' })).toBe('200 queued');
    expect(await world.settled()).toMatchObject([{ status: 'processed' }, { status: 'processed' }]);
    expect(seen).toEqual(['known']);
    expect(world.handled).toEqual([]);
    const { IntegrationLog } = world.integrations.models;
    await waitFor(async () => {
      const logs = await IntegrationLog.find({ integrationId: world.integration._id }).sort({ externalId: 1 }).lean();
      expect(logs.map(({ externalId, status }) => [externalId, status])).toEqual([
        ['a', 'success'],
        ['b', 'ignored'],
      ]);
    });
  });
});

describe('a process that dies before anybody hears of what it stored', () => {
  const world = useWebhookInstance(database, { prefix: 'unheard', provider: signed, start: false });

  it('loses nothing: the next look at what is due finds it', async () => {
    serve(world);
    expect(await deliver(world, 'unheard')).toBe('200 queued');
    // Nobody has been told.
    await database.connection.collection('unheard_jobs').deleteMany();
    const connection = mongoose.createConnection(database.uri);
    const handled: string[] = [];
    const heir = createIntegrations({
      connection,
      prefix: 'unheard',
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
      logger: memoryLogger(),
      jobs: { processEverySeconds: 0.2 },
      webhooks: { leaseSeconds: 1 },
      providers: { senders: webhookProvider((_integration, { rawBody }) => handled.push(rawBody.toString()), signed) },
    });
    await heir.start();
    expect(await world.settled()).toMatchObject([{ status: 'processed' }]);
    expect(handled).toEqual(['unheard']);
    await heir.close();
    await connection.close();
  });
});
