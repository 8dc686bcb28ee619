import { randomBytes, randomUUID } from 'node:crypto';
import { Webhooks } from '@octokit/webhooks';
import express, { type RequestHandler } from 'express';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { captureRawBody, verifySignature, type SignatureScheme } from '../../lib/index.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { openReceiver, signingProvider, type OpenReceiver } from '../support/webhook-receiver.js';

const database = useDatabase();
const server = useHttpServer();

const payload = JSON.stringify({ type: 'invoice.paid', text: 'Grüße, 東京 \u2028 \\u00e9', amount: 12.5 });
const secretOf = () => `whsec_${randomBytes(32).toString('base64')}`;
const longAgo = new Date(Date.now() - 3_600_000);

/** The headers that the sender's own package makes of a payload. */
type Sign = (payload: string, secret: string, at?: Date) => Record<string, string> | Promise<Record<string, string>>;

const standard = (prefix: string, Sender: typeof StandardWebhook | typeof SvixWebhook): Sign => {
  return (payload, secret, at = new Date()) => {
    const id = `msg_${randomUUID()}`;
    return {
      [`${prefix}-id`]: id,
      [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1_000)),
      [`${prefix}-signature`]: new Sender(secret).sign(id, at, payload),
    };
  };
};

const stripe: Sign = (payload, secret, at = new Date()) => {
  const timestamp = Math.floor(at.getTime() / 1_000);
  const header = new Stripe('sk_test_none').webhooks.generateTestHeaderString({ payload, secret, timestamp });
  return { 'stripe-signature': header };
};

const octokit: Sign = async (payload, secret) => ({
  'x-hub-signature-256': await new Webhooks({ secret }).sign(payload),
});

const senders: readonly (readonly [name: string, scheme: SignatureScheme, sign: Sign])[] = [
  ['stripe', 'stripe', stripe],
  ['@octokit/webhooks', 'github', octokit],
  ['standardwebhooks', 'standard-webhooks', standard('webhook', StandardWebhook)],
  ['svix', 'svix', standard('svix', SvixWebhook)],
  ['svix, under the names of the standard', 'svix', standard('webhook', SvixWebhook)],
];

const verifying = (scheme: SignatureScheme) =>
  signingProvider({
    async verifyWebhookSignature(integration, { headers, rawBody }) {
      const { secret } = (await integration?.getCredentials()) ?? {};
      return verifySignature(scheme, { headers, rawBody, secrets: [String(secret)] }).valid;
    },
  });

let receiver: OpenReceiver;

beforeAll(async () => {
  const providers = Object.fromEntries(senders.map(([, scheme]) => [scheme, verifying(scheme)]));
  receiver = openReceiver({ connection: database.connection, providers });
  await receiver.integrations.install();
});
afterAll(() => receiver.integrations.close());

const places: readonly (readonly [place: string, before: readonly RequestHandler[]])[] = [
  ['before the parsers', []],
  ['behind express.json() with captureRawBody', [express.json({ verify: captureRawBody })]],
];

describe.each(places)('what a real sender signs, %s', (_place, before) => {
  beforeEach(() => server.answer(receiver.app(...before)));

  async function deliver(path: string, headers: Record<string, string>, body: string): Promise<[number, unknown]> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
    const response = await fetch(server.origin + path, init);
    return [response.status, ((await response.json()) as { status: unknown }).status];
  }

  it.each(senders)('is stored, and nothing else is: %s', async (_name, scheme, sign) => {
    const secret = secretOf();
    const { path, integration } = await receiver.connect(scheme, secret);
    const headers = await sign(payload, secret);
    expect(await deliver(path, headers, payload.replace('12.5', '12.6'))).toEqual([401, 401]);
    expect(await deliver(path, await sign(payload, secretOf()), payload)).toEqual([401, 401]);
    expect(await deliver(path, headers, payload)).toEqual([200, 'queued']);
    const stored = await receiver.models.IntegrationWebhook.find({ integrationId: integration._id }).lean();
    expect(stored).toHaveLength(1);
    expect((stored[0]!.payload as { buffer: Uint8Array }).buffer.toString()).toBe(payload);
  });

  it.each(senders.filter(([, scheme]) => scheme !== 'github'))('is refused long after: %s', async (_, scheme, sign) => {
    const secret = secretOf();
    const { path } = await receiver.connect(scheme, secret);
    expect(await deliver(path, await sign(payload, secret, longAgo), payload)).toEqual([401, 401]);
  });
});
