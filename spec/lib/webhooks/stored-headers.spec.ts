import { expect, it } from 'vitest';
import { storedHeaders } from '../../../lib/webhooks/stored-headers.js';

it.each([
  ...['authorization', 'proxy-authorization', 'x-forwarded-authorization', 'cookie', 'set-cookie'],
  ...['x-hub-signature', 'x-hub-signature-256', 'stripe-signature', 'webhook-signature', 'x-zm-signature'],
  ...['paypal-transmission-sig', 'x-shopify-hmac-sha256', 'x-gitlab-token', 'x-goog-channel-token', 'x-api-key'],
  ...['apikey', 'x-auth-key', 'x-webhook-secret', 'x-password', 'cf-access-jwt-assertion', 'x-amz-security-token'],
])('leaves out %s', (name) => {
  expect(storedHeaders({ [name]: 'x' })).toEqual({});
});

it.each([
  ...['content-type', 'user-agent', 'x-github-delivery', 'x-github-event', 'webhook-id', 'webhook-timestamp', 'host'],
  ...['x-slack-request-timestamp', 'x-slack-retry-num', 'x-request-id', 'x-design', 'x-forwarded-for', 'x-keyboard'],
])('keeps %s', (name) => {
  expect(storedHeaders({ [name]: 'x' })).toEqual({ [name]: 'x' });
});

it('keeps lists, as others cannot change them, and nothing that is not there', () => {
  const list = ['a', 'b'];
  const stored = storedHeaders({ 'x-list': list, 'x-none': undefined });
  list.push('c');
  expect(stored).toEqual({ 'x-list': ['a', 'b'] });
});

it.each(['__proto__', '$where', '$set'])('keeps no %s', (name) => {
  const stored = storedHeaders(Object.fromEntries([[name, 'x']]));
  expect(Object.keys(stored)).toEqual([]);
  expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
});
