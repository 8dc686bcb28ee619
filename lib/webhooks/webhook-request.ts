import { IntegrationError } from '../errors.js';
import type { WebhookRequest } from '../types/webhook-request.js';

/** What a request is made of, when it arrives and when it is rebuilt. */
export type WebhookRequestParts = Omit<WebhookRequest, 'json'>;

/** The request as verifiers and handlers see it. `json()` throws `WEBHOOK_BODY_INVALID`. */
export function createWebhookRequest({ method, url, headers, rawBody }: WebhookRequestParts): WebhookRequest {
  return { method, url, headers, rawBody, json: () => parsed(rawBody) };
}

/** Anew for each caller: one may change what it gets. */
function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8')) as unknown;
  } catch {
    // The error of the parser quotes the body.
    throw new IntegrationError('WEBHOOK_BODY_INVALID', 'The body of the webhook is no JSON.');
  }
}
