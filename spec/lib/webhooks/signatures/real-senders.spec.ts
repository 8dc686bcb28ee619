import { randomBytes } from 'node:crypto';
import { Webhooks } from '@octokit/webhooks';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import { verifySignature, type VerifySignatureInput } from '../../../../lib/index.js';

const payload = JSON.stringify({ type: 'invoice.paid', text: 'Grüße, 東京 \u2028 \\u00e9', amount: 12.5 });
const rawBody = Buffer.from(payload);
const changedBody = Buffer.from(payload.replace('12.5', '12.6'));
const whsec = `whsec_${randomBytes(32).toString('base64')}`;

/** What the sender's own package signed is valid, and nothing else is; by the real clock. */
function expectSigned(
  scheme: Parameters<typeof verifySignature>[0],
  input: Pick<VerifySignatureInput, 'headers' | 'secrets'>,
): void {
  expect(verifySignature(scheme, { ...input, rawBody })).toEqual({ valid: true });
  const mismatch = { valid: false, code: 'SIGNATURE_MISMATCH' };
  expect(verifySignature(scheme, { ...input, rawBody: changedBody })).toEqual(mismatch);
  const secrets = [`whsec_${randomBytes(32).toString('base64')}`];
  expect(verifySignature(scheme, { ...input, rawBody, secrets })).toEqual(mismatch);
}

describe('what a real sender signs', () => {
  it('stripe', () => {
    const header = new Stripe('sk_test_none').webhooks.generateTestHeaderString({ payload, secret: whsec });
    expectSigned('stripe', { headers: { 'stripe-signature': header }, secrets: [whsec] });
  });

  it('@octokit/webhooks', async () => {
    const secret = "It's a Secret to Everybody";
    const signature = await new Webhooks({ secret }).sign(payload);
    expectSigned('github', { headers: { 'x-hub-signature-256': signature }, secrets: [secret] });
  });

  it.each([
    ['standardwebhooks', 'standard-webhooks', 'webhook', new StandardWebhook(whsec)],
    ['svix', 'svix', 'svix', new SvixWebhook(whsec)],
    ['svix, under the names of the standard', 'svix', 'webhook', new SvixWebhook(whsec)],
  ] as const)('%s', (_, scheme, prefix, sender) => {
    const now = new Date();
    const headers = {
      [`${prefix}-id`]: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
      [`${prefix}-timestamp`]: String(Math.floor(now.getTime() / 1000)),
      [`${prefix}-signature`]: sender.sign('msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', now, payload),
    };
    expectSigned(scheme, { headers, secrets: [whsec] });
  });

  it('stripe, long ago', () => {
    const timestamp = Math.floor(Date.now() / 1000) - 301;
    const { webhooks } = new Stripe('sk_test_none');
    const header = webhooks.generateTestHeaderString({ payload, secret: whsec, timestamp });
    const input = { headers: { 'stripe-signature': header }, secrets: [whsec], rawBody };
    expect(verifySignature('stripe', input)).toEqual({ valid: false, code: 'TIMESTAMP_OUT_OF_TOLERANCE' });
  });
});
