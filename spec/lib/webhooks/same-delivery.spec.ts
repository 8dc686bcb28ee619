import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationWebhookFields } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import {
  openReceiver,
  signed,
  signingProvider,
  type OpenReceiver,
  type WebhookMembers,
} from '../../support/webhook-receiver.js';

const database = useDatabase();
const server = useHttpServer();
const key = { 'x-app': 'secret of the application' };
const ofApplication: WebhookMembers = {
  webhookSecretScope: 'application',
  verifyWebhookSignature: (_none, { headers }) => headers['x-app'] === key['x-app'],
  resolveIntegration: ({ headers }) => headers['x-to']?.toString() ?? null,
};

let receiver: OpenReceiver;
beforeAll(async () => {
  const providers = { app: signingProvider(ofApplication), other: signingProvider(ofApplication) };
  receiver = openReceiver({ connection: database.connection, providers });
  await receiver.integrations.install();
});
beforeEach(() => server.answer(receiver.app()));
afterAll(() => receiver.integrations.close());

async function deliver(provider: string, id: string | null, headers: Record<string, string> = {}): Promise<unknown> {
  const init = signed('', '{}', { ...key, 'x-github-delivery': id ?? '', ...headers });
  const response = await fetch(`${server.origin}/integrations/${provider}/webhook`, init);
  return ((await response.json()) as { status: unknown }).status;
}

const stored = (fields: Partial<IntegrationWebhookFields>) => receiver.models.IntegrationWebhook.find(fields).lean();

describe('a delivery to the application as a whole', () => {
  it('that comes many times at once is stored once, for no integration', async () => {
    const deliveryId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver('app', deliveryId)));
    expect(answers.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'duplicate'), 'queued']);
    expect(await stored({ deliveryId })).toMatchObject([{ provider: 'app', integrationId: null }]);
  });

  it('is another one for another provider, and for one of its integrations', async () => {
    const { integration } = await receiver.connect('app');
    const deliveryId = randomUUID();
    expect(await deliver('app', deliveryId)).toBe('queued');
    expect(await deliver('other', deliveryId)).toBe('queued');
    expect(await deliver('app', deliveryId, { 'x-to': integration.id })).toBe('queued');
    expect(await deliver('app', deliveryId, { 'x-to': integration.id })).toBe('duplicate');
    const all = await stored({ deliveryId });
    expect(all.map((webhook) => [webhook.provider, webhook.integrationId]).toSorted()).toEqual(
      [
        ['app', null],
        ['app', integration._id],
        ['other', null],
      ].toSorted(),
    );
  });

  it('is known by its body where it has no id, for each provider', async () => {
    expect(await deliver('app', null)).toBe('queued');
    expect(await deliver('other', null)).toBe('queued');
    expect(await deliver('app', null)).toBe('duplicate');
  });
});
