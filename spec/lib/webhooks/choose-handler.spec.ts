import { describe, expect, it } from 'vitest';
import { chooseHandler } from '../../../lib/webhooks/choose-handler.js';
import { createWebhookRequest } from '../../../lib/webhooks/webhook-request.js';
import { signingProvider } from '../../support/webhook-receiver.js';

const request = createWebhookRequest({ method: 'POST', url: '', headers: {}, rawBody: Buffer.alloc(0) });

/** Which handler a type of event comes to, of these; null: it is ignored. */
function chosen(types: readonly string[], eventType: string | null): unknown {
  const handlers = Object.fromEntries(types.map((type) => [type, () => type]));
  const provider = signingProvider({
    webhookHandlers: () => handlers,
    handleWebhook: () => Promise.resolve('handleWebhook' as never),
  });
  return chooseHandler(provider, eventType)?.(null, request) ?? null;
}

describe('the handler of a webhook', () => {
  it.each([
    ['issues.opened', ['issues', 'issues.opened'], 'issues.opened'],
    ['issues.closed', ['issues', 'issues.opened'], 'issues'],
    ['customer.subscription.updated', ['customer', 'customer.subscription'], 'customer.subscription'],
    ['customer.tax.updated', ['customer', 'customer.subscription'], 'customer'],
    ['issues', ['issues.opened'], null],
    ['issues_opened', ['issues'], null],
    ['toString.opened', ['issues'], null],
    ['.', ['issues'], null],
  ])('of the type %s, among %j, is that of %s', (eventType, types, expected) => {
    expect(chosen(types, eventType)).toBe(expected);
  });

  it.each([
    [null, ['issues']],
    ['issues.opened', []],
  ])('of the type %s, among %j, is handleWebhook()', async (eventType, types) => {
    expect(await chosen(types, eventType)).toBe('handleWebhook');
  });
});
