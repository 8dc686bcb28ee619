import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntegrationError, type IntegrationDocument, type WebhookRequest } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
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
const connection = mongoose.createConnection();

type Verify = (integration: IntegrationDocument | null, request: WebhookRequest) => unknown;
/** A verifier that a provider in JavaScript may have. */
const verifying = (verify: Verify) => signingProvider({ verifyWebhookSignature: verify } as WebhookMembers);

const bodyOf = ({ rawBody }: WebhookRequest) => JSON.parse(rawBody.toString()) as { to?: string };
const appSecret = 'secret of the application';
const ofApplication: WebhookMembers = {
  webhookSecretScope: 'application',
  verifyWebhookSignature: (_none, { headers }) => headers['x-app'] === appSecret,
  resolveIntegration: (request) => bodyOf(request).to ?? null,
};

let receiver: OpenReceiver;

beforeAll(async () => {
  await connection.openUri(database.uri, { monitorCommands: true });
  const provider = signingProvider();
  receiver = openReceiver({
    connection,
    settings: { maxCandidates: 5 },
    providers: {
      ...{ tenants: provider, twins: provider, crowd: provider, cached: provider, changing: provider },
      telling: signingProvider({ resolveIntegration: (request) => bodyOf(request).to ?? null }),
      app: signingProvider(ofApplication),
      throwing: verifying(() => {
        throw new Error('no such header');
      }),
      rejecting: verifying(() => Promise.reject(new Error('no such header'))),
      truthy: verifying(() => Promise.resolve('yes')),
      forgetful: verifying(() => undefined),
      unreadable: verifying(() => {
        throw new IntegrationError('ENCRYPTION_KEY_MISSING', 'The key is not there.');
      }),
      away: verifying(() => {
        throw Object.assign(new Error('connection closed'), { name: 'MongoNetworkError' });
      }),
    },
  });
  await receiver.integrations.install();
});
afterAll(async () => {
  await receiver.integrations.close();
  await connection.close();
});

async function send(path: string, init: RequestInit) {
  server.answer(receiver.app());
  const response = await fetch(server.origin + path, init);
  const answer = (await response.json()) as { readonly status: unknown; readonly code?: string };
  return { ...answer, http: response.status };
}

const storedFor = (deliveryId: string) => receiver.models.IntegrationWebhook.find({ deliveryId }).lean();

/** Sends it under a new id; the answer, and what was stored. */
async function deliver(path: string, secret: string, body: object = {}, headers: Record<string, string> = {}) {
  const id = randomUUID();
  const answer = await send(path, signed(secret, JSON.stringify(body), { 'x-github-delivery': id, ...headers }));
  return { ...answer, stored: await storedFor(id) };
}

describe('a URL that names no integration', () => {
  it('leads to the one whose secret fits, however many there are', async () => {
    const all = [];
    for (let n = 0; n < 4; n += 1) all.push(await receiver.connect('tenants'));
    for (const { secret, integration } of all) {
      const { http, stored } = await deliver('/integrations/tenants/webhook', secret);
      expect(http).toBe(200);
      expect(stored).toMatchObject([{ integrationId: integration._id }]);
    }
    const { http, stored } = await deliver('/integrations/tenants/webhook', 'secret of nobody');
    expect([http, stored]).toEqual([401, []]);
  });

  it('leads nowhere where two secrets fit', async () => {
    await receiver.connect('twins', 'the same');
    await receiver.connect('twins', 'the same');
    const { http, code, stored } = await deliver('/integrations/twins/webhook', 'the same');
    expect([http, code, stored]).toEqual([409, 'WEBHOOK_AMBIGUOUS', []]);
  });

  it('leads nowhere where more secrets would have to be tried than may be', async () => {
    for (let n = 0; n < 6; n += 1) await receiver.connect('crowd', `secret ${n}`);
    const { http, code, stored } = await deliver('/integrations/crowd/webhook', 'secret 0');
    expect([http, code, stored]).toEqual([409, 'WEBHOOK_AMBIGUOUS', []]);
  });
});

describe('resolveIntegration()', () => {
  it('names the integration whose secret must fit', async () => {
    const [one, other] = [await receiver.connect('telling'), await receiver.connect('telling')];
    const to = { to: other.integration.id };
    expect((await deliver('/integrations/telling/webhook', other.secret, to)).stored).toMatchObject([
      { integrationId: other.integration._id },
    ]);
    expect(await deliver('/integrations/telling/webhook', one.secret, to)).toMatchObject({ http: 401, stored: [] });
  });

  it('may not know, so that all are tried', async () => {
    const { secret, integration } = await receiver.connect('telling');
    const { stored } = await deliver('/integrations/telling/webhook', secret);
    expect(stored).toMatchObject([{ integrationId: integration._id }]);
  });

  it('is no oracle', async () => {
    const to = { to: '0123456789abcdef01234567' };
    expect(await deliver('/integrations/telling/webhook', 'x', to)).toMatchObject({ http: 404, stored: [] });
  });

  it('that throws on what a stranger sends refuses it', async () => {
    expect((await send('/integrations/telling/webhook', signed('x', 'no JSON'))).http).toBe(401);
  });
});

describe('a secret of the application', () => {
  const app = { 'x-app': appSecret };

  it('proves webhooks of one integration, and of the provider as a whole', async () => {
    const { integration } = await receiver.connect('app');
    const to = { to: integration.id };
    const path = '/integrations/app/webhook';
    expect((await deliver(path, '', to, app)).stored).toMatchObject([{ integrationId: integration._id }]);
    expect((await deliver(path, '', {}, app)).stored).toMatchObject([{ integrationId: null }]);
    const unknown = { to: '0123456789abcdef01234567' };
    expect((await deliver(path, '', unknown, app)).stored).toMatchObject([{ integrationId: null }]);
    expect(await deliver(path, '', to)).toMatchObject({ http: 401, stored: [] });
  });

  it('tells deliveries of the provider apart by their ids', async () => {
    const sent = signed('', '{}', app);
    expect(await send('/integrations/app/webhook', sent)).toMatchObject({ status: 'queued' });
    expect(await send('/integrations/app/webhook', sent)).toMatchObject({ status: 'duplicate' });
    expect(await storedFor(sent.headers['x-github-delivery'])).toHaveLength(1);
  });

  it('does not lose a webhook of which nobody can tell whose it is', async () => {
    const id = randomUUID();
    const init = signed('', 'no JSON', { ...app, 'x-github-delivery': id });
    expect((await send('/integrations/app/webhook', init)).http).toBe(200);
    expect(await storedFor(id)).toMatchObject([{ integrationId: null }]);
  });
});

describe('a verifier', () => {
  it.each(['throwing', 'rejecting'])('that is %s refuses, and is logged', async (provider) => {
    const { path, secret, integration } = await receiver.connect(provider);
    expect(await deliver(path, secret)).toMatchObject({ http: 401, stored: [] });
    expect(receiver.logger.lines).toContainEqual({
      level: 'warn',
      message: 'The signature of a webhook could not be verified.',
      meta: expect.objectContaining({ provider, integration: integration.id }) as unknown,
    });
  });

  it.each(['truthy', 'forgetful'])('that is %s refuses: only true is true', async (provider) => {
    const { path, secret } = await receiver.connect(provider);
    expect(await deliver(path, secret)).toMatchObject({ http: 401, stored: [] });
  });

  it.each(['unreadable', 'away'])('of what is %s has the sender try again: it is our failure', async (provider) => {
    const { path, secret } = await receiver.connect(provider);
    expect(await deliver(path, secret)).toMatchObject({ http: 503, code: 'WEBHOOK_NOT_STORED', stored: [] });
  });
});

describe('integrations', () => {
  async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
    const names: string[] = [];
    const note = (event: { commandName: string; command: Record<string, unknown> }) => {
      names.push(`${event.commandName} ${String(event.command[event.commandName])}`);
    };
    connection.getClient().on('commandStarted', note);
    await work().finally(() => connection.getClient().off('commandStarted', note));
    return names;
  }

  it('are looked up once for many webhooks, each of which costs an insert and nothing else', async () => {
    const { path, secret } = await receiver.connect('cached');
    expect((await deliver(path, secret)).http).toBe(200);
    const commands = await commandsOf(async () => {
      for (let n = 0; n < 20; n += 1) await send(path, signed(secret));
    });
    expect(commands.filter((name) => name === 'insert integration_webhooks')).toHaveLength(20);
    // In the course of a second, of which there may be more than one.
    expect(commands.filter((name) => name === 'find integrations').length).toBeLessThan(10);
    expect(commands.filter((name) => !/^(insert integration_webhooks|find integrations)$/.test(name))).toEqual([]);
  });

  it('that are switched off elsewhere, or get another secret, are seen so within about a second', async () => {
    const { path, secret, integration } = await receiver.connect('changing');
    expect((await deliver(path, secret)).http).toBe(200);
    await receiver.integrations.update(integration, { credentials: { secret: 'another' } });
    await waitFor(async () => expect((await deliver(path, secret)).http).toBe(401), { timeout: 10_000 });
    expect((await deliver(path, 'another')).http).toBe(200);
    await receiver.integrations.disable(integration);
    await waitFor(async () => expect((await deliver(path, 'another')).http).toBe(404), { timeout: 10_000 });
    await receiver.integrations.enable(integration);
    // What was not there is not remembered.
    expect((await deliver(path, 'another')).http).toBe(200);
  });
});
