import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createWebhookRequest } from '../../../lib/webhooks/webhook-request.js';
import { useDatabase } from '../../support/database.js';
import { useWebhookInstance, type WebhookInstance } from '../../support/webhook-instance.js';

const database = useDatabase();

interface Arrival {
  readonly body: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly query?: string;
}

/** Resolves to what is shown of it. */
async function shown(world: WebhookInstance, { body, headers = {}, query = '' }: Arrival) {
  const { id } = world.integration;
  const request = createWebhookRequest({
    method: 'POST',
    url: `https://example.com/hooks${query}`,
    headers,
    rawBody: Buffer.from(body),
  });
  await world.integrations.webhooks.receive({ provider: 'senders', integrationId: id }, request);
  const [webhook] = await world.stored();
  return world.integrations.webhooks.show(webhook!);
}

describe('show()', () => {
  const world = useWebhookInstance(database, {
    start: false,
    provider: { sensitiveRequestFields: () => [], sensitiveResponseFields: () => ['customer.email'] },
  });

  it('shows the body without what is secret by its name or to the provider', async () => {
    const body = JSON.stringify({ customer: { email: 'a@example.com', name: 'A' }, access_token: 'abc-def-ghi' });
    const webhook = await shown(world, { body });
    expect(JSON.parse(webhook.body!)).toEqual({
      customer: { email: '[REDACTED]', name: 'A' },
      access_token: '[REDACTED]',
    });
  });

  it('shows no credential of the integration, wherever the sender repeats it', async () => {
    await world.integrations.update(world.integration, { credentials: { key: 'only-we-two-know' } });
    const webhook = await shown(world, {
      body: 'signed by only-we-two-know',
      headers: { 'x-note': 'only-we-two-know' },
      query: '?note=only-we-two-know',
    });
    expect(JSON.stringify(webhook)).not.toContain('only-we-two-know');
  });

  it('shows the URL without denied parameters', async () => {
    const { url } = await shown(world, { body: '{}', query: '?token=abc&shop=1' });
    expect(url).toBe('https://example.com/hooks?token=[REDACTED]&shop=1');
  });

  it('shows of what is no text its length and hash', async () => {
    const webhook = await shown(world, { body: Buffer.from([0xff, 0xfe, 0x00]) });
    expect(webhook).toMatchObject({
      bodyBytes: 3,
      body: expect.stringContaining('[binary 3 bytes sha256:') as unknown,
    });
  });

  it('leaves what is stored as it came', async () => {
    const body = JSON.stringify({ password: 'letmein' });
    await shown(world, { body });
    const [stored] = await world.stored();
    expect(String(stored!.payload)).toBe(body);
  });

  it('knows nothing of what is not there', async () => {
    const unknown = world.integrations.webhooks.show(new Types.ObjectId());
    await expect(unknown).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
  });
});

describe('a sealed body', () => {
  const world = useWebhookInstance(database, { start: false, prefix: 'sealed', provider: { sealWebhooks: true } });

  it('is shown opened', async () => {
    expect(await shown(world, { body: '{"amount":12}' })).toMatchObject({ body: '{"amount":12}', bodyBytes: 13 });
  });
});

describe('the JSON of a document', () => {
  const world = useWebhookInstance(database, { start: false, prefix: 'json' });

  it('leaves the body out', async () => {
    await shown(world, { body: 'what was said' });
    const webhook = await world.integrations.models.IntegrationWebhook.findOne({
      integrationId: world.integration._id,
    });
    expect(webhook!.toJSON()).toMatchObject({ status: 'pending', method: 'POST' });
    expect(webhook!.toJSON()).not.toHaveProperty('payload');
  });
});
