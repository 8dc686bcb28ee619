import { createHash, randomUUID } from 'node:crypto';
import mongoose, { type Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBody } from '../../../lib/webhooks/webhook-payload.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { startMongoProxy } from '../../support/mongo-proxy.js';
import {
  openReceiver,
  signed,
  signingProvider,
  type OpenReceiver,
  type WebhookMembers,
} from '../../support/webhook-receiver.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const server = useHttpServer();

/** What the body says of itself, of any type: as providers in JavaScript may answer. */
const telling = {
  resolveWebhookEvent: (request: { json(): unknown }) => (request.json() as { type: unknown }).type,
  webhookDeliveryId: (request: { json(): unknown }) => (request.json() as { id: unknown }).id,
  webhookOrderingKey: (request: { json(): unknown }) => (request.json() as { about: unknown }).about,
} as WebhookMembers;

let receiver: OpenReceiver;

beforeAll(async () => {
  receiver = openReceiver({
    connection: database.connection,
    providers: {
      acme: signingProvider(),
      telling: signingProvider(telling),
      secretive: signingProvider({ sealWebhooks: true }),
      clumsy: signingProvider({
        answerWebhookChallenge: () => {
          throw new Error('no handshake');
        },
      }),
      improper: signingProvider({
        answerWebhookChallenge: (_integration, { url }) =>
          JSON.parse(new URL(url).searchParams.get('answer') ?? 'null') as unknown,
      } as WebhookMembers),
    },
  });
  await receiver.integrations.install();
});
afterAll(() => receiver.integrations.close());

async function sendTo(target: OpenReceiver, path: string, init: RequestInit) {
  server.answer(target.app());
  const response = await fetch(server.origin + path, init);
  return { http: response.status, headers: response.headers, text: await response.text() };
}

const send = (path: string, init: RequestInit) => sendTo(receiver, path, init);
const queued = { http: 200, text: '{"status":"queued"}' };
const duplicate = { http: 200, text: '{"status":"duplicate"}' };

const storedOf = (integration: { _id: Types.ObjectId }) =>
  receiver.models.IntegrationWebhook.find({ integrationId: integration._id }).sort({ _id: 1 }).lean();

describe('what a provider says of a webhook', () => {
  async function factsOf(body: object | string) {
    const { path, secret, integration } = await receiver.connect('telling');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(await send(path, signed(secret, text))).toMatchObject(queued);
    const [webhook] = await storedOf(integration);
    return webhook!;
  }

  it('is stored with it', async () => {
    const facts = await factsOf({ type: 'order.paid', id: 'evt_1', about: 'order-7' });
    expect(facts).toMatchObject({
      eventType: 'order.paid',
      deliveryId: 'evt_1',
      orderingKey: 'order-7',
      bodyKey: null,
    });
  });

  it('may be numbers', async () => {
    expect(await factsOf({ id: 17, about: 0 })).toMatchObject({ deliveryId: '17', orderingKey: '0' });
  });

  it.each([
    ['nothing', {}],
    ['empty', { type: '', id: '', about: '' }],
    ['of types that they cannot be', { type: {}, id: { $ne: 1 }, about: [] }],
    ['what it throws over', 'no JSON at all'],
  ])('may be %s: the webhook is stored without it', async (_name, body) => {
    expect(await factsOf(body)).toMatchObject({
      ...{ eventType: null, deliveryId: null, orderingKey: null },
      bodyKey: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      bodyKeyExpiresAt: expect.any(Date) as unknown,
    });
  });

  it('may be of any length: of a long one its digest is kept', async () => {
    const long = 'ü'.repeat(10_000);
    const digest = `sha256:${createHash('sha256').update(long).digest('base64url')}`;
    const facts = await factsOf({ type: long, id: long, about: long });
    expect(facts).toMatchObject({ eventType: digest, deliveryId: digest, orderingKey: digest });
  });

  it('is logged where it cannot be told', async () => {
    await factsOf('no JSON here');
    const messages = receiver.logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
    for (const member of Object.keys(telling)) expect(messages).toContainEqual(expect.stringContaining(`${member}()`));
  });
});

describe('webhooks without an id', () => {
  it('are the same while their body is', async () => {
    const { path, secret } = await receiver.connect('telling');
    expect(await send(path, signed(secret, '{"n":1}'))).toMatchObject(queued);
    expect(await send(path, signed(secret, '{"n":1}'))).toMatchObject(duplicate);
    expect(await send(path, signed(secret, '{"n":2}'))).toMatchObject(queued);
  });

  it('of two integrations are two', async () => {
    const [one, other] = [await receiver.connect('telling'), await receiver.connect('telling')];
    expect(await send(one.path, signed(one.secret, '{"n":1}'))).toMatchObject(queued);
    expect(await send(other.path, signed(other.secret, '{"n":1}'))).toMatchObject(queued);
  });
});

describe('an id', () => {
  it('of one integration is another one of the next', async () => {
    const [one, other] = [await receiver.connect(), await receiver.connect()];
    const id = { 'x-github-delivery': randomUUID() };
    expect(await send(one.path, signed(one.secret, 'a', id))).toMatchObject(queued);
    expect(await send(other.path, signed(other.secret, 'a', id))).toMatchObject(queued);
  });

  it('that comes many times at once is stored once', async () => {
    const { path, secret, integration } = await receiver.connect();
    const sent = signed(secret);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(path, sent)));
    expect(answers.filter(({ text }) => text === queued.text)).toHaveLength(1);
    expect(answers.filter(({ text }) => text === duplicate.text)).toHaveLength(19);
    expect(await storedOf(integration)).toHaveLength(1);
  });
});

describe('a sealed body', () => {
  it('is stored so that it opens in its own webhook alone', async () => {
    const { path, secret, integration } = await receiver.connect('secretive');
    for (const body of ['{"card":"4242"}', 'other'])
      expect(await send(path, signed(secret, body))).toMatchObject(queued);
    const [webhook, another] = await storedOf(integration);
    expect(webhook!.payload).toMatch(/^ey[\w.-]+$/);
    expect(JSON.stringify(webhook)).not.toContain('4242');
    expect((await openBody(receiver.sealer, webhook!)).toString()).toBe('{"card":"4242"}');
    await expect(openBody(receiver.sealer, { ...webhook!, _id: another!._id })).rejects.toMatchObject({
      code: 'CREDENTIALS_UNDECRYPTABLE',
    });
  });

  it('and one that is not are opened alike', async () => {
    const { path, secret, integration } = await receiver.connect();
    const bytes = Buffer.from([0, 255, 128, 10]);
    expect(await send(path, signed(secret, bytes))).toMatchObject(queued);
    const [webhook] = await storedOf(integration);
    expect(await openBody(receiver.sealer, webhook!)).toEqual(bytes);
    const again = await openBody(receiver.sealer, { ...webhook!, payload: webhook!.payload });
    again.fill(0);
    expect(await openBody(receiver.sealer, webhook!)).toEqual(bytes);
  });
});

describe('webhookReceived', () => {
  it('tells of each stored webhook, and not of its repetitions', async () => {
    const { path, secret, integration } = await receiver.connect();
    const sent = signed(secret);
    await send(path, sent);
    await send(path, sent);
    const mine = receiver.received.filter((event) => event.integration?.id === integration.id);
    expect(mine).toHaveLength(1);
    const [{ provider, webhook }] = mine as [(typeof mine)[number]];
    expect(provider).toBe('acme');
    expect(webhook).toMatchObject({ deliveryId: sent.headers['x-github-delivery'], status: 'pending', isNew: false });
  });
});

describe('a handshake that fails on our side', () => {
  it('does not lose a webhook', async () => {
    const { path, secret } = await receiver.connect('clumsy');
    expect(await send(path, signed(secret))).toMatchObject(queued);
    expect((await send(path, { method: 'GET' })).http).toBe(405);
  });

  it.each([
    { status: 700, headers: {}, body: '' },
    { status: 500, headers: {}, body: '' },
    { status: '200', headers: {}, body: '' },
    { status: 200, headers: {}, body: { a: 1 } },
    { status: 200, headers: { 'a b': 'c' }, body: '' },
    { status: 200, headers: { a: 'b\r\nc: d' }, body: '' },
    { status: 200, headers: null, body: '' },
    { status: 200 },
    'text',
  ])('is not answered with %j', async (answer) => {
    const { path } = await receiver.connect('improper');
    const url = `${path}?answer=${encodeURIComponent(JSON.stringify(answer))}`;
    expect((await send(url, { method: 'GET' })).http).toBe(405);
  });
});

describe('the worker', () => {
  const takenOf = ({ _id }: { _id: Types.ObjectId }) =>
    receiver.worker.taken.filter(({ webhook }) => webhook?.integrationId?.equals(_id) === true);

  it('gets what it has admitted, held by its token', async () => {
    const { path, secret, integration } = await receiver.connect();
    await send(path, signed(secret));
    const [{ token, webhook }] = takenOf(integration) as [ReturnType<typeof takenOf>[number]];
    const [stored] = await storedOf(integration);
    expect(stored).toMatchObject({ _id: webhook!._id, lease: token, status: 'pending' });
    const heldForMs = stored!.availableAt.getTime() - stored!.createdAt.getTime();
    expect(heldForMs).toBe(60_000);
    expect(Math.abs(stored!.createdAt.getTime() - Date.now())).toBeLessThan(20_000);
  });

  it('gets each of its tokens back, once, whatever became of the webhook', async () => {
    const { path, secret } = await receiver.connect();
    const sent = signed(secret);
    await send(path, sent);
    await send(path, sent);
    const { admitted, taken } = receiver.worker;
    await waitFor(() => expect(taken.map(({ token }) => token).sort()).toEqual([...admitted].sort()));
    expect(taken.at(-1)?.webhook).toBeNull();
  });

  it('is asked only for what is verified', async () => {
    const { path } = await receiver.connect();
    const before = receiver.worker.admitted.length;
    await send(path, signed('another secret'));
    expect(receiver.worker.admitted).toHaveLength(before);
  });

  it('is woken for a failed webhook that comes again, which is handled anew', async () => {
    const { path, secret, integration } = await receiver.connect();
    const sent = signed(secret);
    await send(path, sent);
    const failed = { status: 'failed', attempts: 5, error: { message: 'x' }, processedAt: new Date(), lease: null };
    await receiver.models.IntegrationWebhook.updateOne({ integrationId: integration._id }, failed);
    const [wakes, events] = [receiver.worker.wakes(), receiver.received.length];
    expect(await send(path, sent)).toMatchObject(queued);
    expect(await storedOf(integration)).toMatchObject([
      { status: 'pending', attempts: 0, error: null, processedAt: null, lease: null },
    ]);
    expect(receiver.worker.wakes()).toBe(wakes + 1);
    expect(receiver.received).toHaveLength(events);
    expect(await send(path, sent)).toMatchObject(duplicate);
  });
});

describe('a process that handles nothing', () => {
  it('stores for others, held by nobody, and wakes them', async () => {
    const connection = mongoose.createConnection(database.uri);
    const storing = openReceiver({ connection, providers: { acme: signingProvider() }, handles: false });
    const { integration, secret, path } = await storing.connect();
    expect(await sendTo(storing, path, signed(secret))).toMatchObject(queued);
    const [stored] = await storedOf(integration);
    expect(stored).toMatchObject({ lease: null, status: 'pending' });
    expect(stored!.availableAt).toEqual(stored!.createdAt);
    expect(storing.worker.wakes()).toBe(1);
    await storing.integrations.close();
    await connection.close();
  });
});

describe('two processes', () => {
  it('that get the same webhooks at once store each of them once', async () => {
    const connection = mongoose.createConnection(database.uri);
    const second = openReceiver({ connection, providers: { acme: signingProvider() } });
    const { secret, integration } = await receiver.connect();
    const to = { provider: 'acme', integrationId: integration.id };
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, n) => {
        const { headers, body } = signed(secret, '{}', { 'x-github-delivery': `same-${n >> 1}` });
        const request = { method: 'POST', url: 'https://x/', headers, rawBody: Buffer.from(body), json: () => null };
        return (n % 2 === 0 ? receiver : second).webhooks.receive(to, request);
      }),
    );
    expect(replies.filter(({ kind }) => kind === 'queued')).toHaveLength(50);
    expect(await storedOf(integration)).toHaveLength(50);
    await second.integrations.close();
    await connection.close();
  });
});

describe('while the database is away', () => {
  it('senders are told so in time, and what they send again is stored once', async () => {
    const proxy = await startMongoProxy(database.uri);
    const connection = mongoose.createConnection(proxy.uri, { serverSelectionTimeoutMS: 30_000 });
    await connection.asPromise();
    const settings = { storeWithinMs: 500 };
    const cutOff = openReceiver({ connection, providers: { acme: signingProvider() }, settings });
    const { path, secret, integration } = await cutOff.connect();
    const sent = signed(secret);
    expect(await sendTo(cutOff, path, signed(secret))).toMatchObject(queued);
    proxy.cut();
    const started = performance.now();
    const refused = await sendTo(cutOff, path, sent);
    expect(refused.http).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.text).toContain('WEBHOOK_NOT_STORED');
    expect(performance.now() - started).toBeLessThan(5_000);
    expect((await sendTo(cutOff, path, sent)).http).toBe(503);
    proxy.restore();
    await waitFor(async () => expect((await sendTo(cutOff, path, sent)).http).toBe(200), { timeout: 15_000 });
    expect(
      (await storedOf(integration)).filter(({ deliveryId }) => deliveryId === sent.headers['x-github-delivery']),
    ).toHaveLength(1);
    // Whatever ends late hands its token back.
    const { admitted, taken } = cutOff.worker;
    await waitFor(() => expect(taken).toHaveLength(admitted.length), { timeout: 15_000 });
    await cutOff.integrations.close();
    await connection.close();
    await proxy.stop();
  });
});
