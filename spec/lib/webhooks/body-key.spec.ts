import { Types } from 'mongoose';
import { expect, it } from 'vitest';
import { bodyKey } from '../../../lib/webhooks/body-key.js';
import { createWebhookRequest } from '../../../lib/webhooks/webhook-request.js';

const integrationId = new Types.ObjectId();
const request = (rawBody: string | Buffer, method = 'POST', url = 'https://x/') =>
  createWebhookRequest({ method, url, headers: {}, rawBody: Buffer.from(rawBody) });

const known = bodyKey({ provider: 'acme', integrationId }, request('{}'));

it('is the same for the same bytes to the same integration, whatever is around them', () => {
  const owner = { provider: 'acme', integrationId: new Types.ObjectId(integrationId.toHexString()) };
  expect(bodyKey(owner, request('{}', 'POST', 'https://y/?a=b'))).toBe(known);
  expect(known).toMatch(/^[\w-]{43}$/);
});

it.each([
  ['another body', { provider: 'acme', integrationId }, request('{} ')],
  ['another provider', { provider: 'other', integrationId }, request('{}')],
  ['another integration', { provider: 'acme', integrationId: new Types.ObjectId() }, request('{}')],
  ['the provider as a whole', { provider: 'acme', integrationId: null }, request('{}')],
])('is another one for %s', (_name, owner, sent) => {
  expect(bodyKey(owner, sent)).not.toBe(known);
});
