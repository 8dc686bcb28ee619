import { IntegrationError, type WebhookRequest } from '../../../lib/index.js';
import type { GitHubPayload } from './payloads.js';

const formField = 'payload=';

/**
 * What GitHub says in a webhook, anew for each caller: the body, or the form field `payload` where the webhook was set
 * up with the content type `application/x-www-form-urlencoded`, GitHub's default. The body tells which of them it is:
 * the header is not signed.
 *
 * @throws IntegrationError `WEBHOOK_BODY_INVALID` where that is no JSON object
 * @see https://docs.github.com/en/rest/repos/webhooks
 */
export function payloadOf({ rawBody }: Pick<WebhookRequest, 'rawBody'>): GitHubPayload {
  const payload = parsed(jsonIn(rawBody));
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) throw invalid();
  // GitHub signed it; nothing but that it is an object was checked.
  return payload as GitHubPayload;
}

function jsonIn(rawBody: Buffer): string {
  const isForm = rawBody.subarray(0, formField.length).toString('latin1') === formField;
  return isForm ? (new URLSearchParams(rawBody.toString()).get('payload') ?? '') : rawBody.toString();
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    // The error of the parser quotes the body.
    throw invalid();
  }
}

function invalid(): IntegrationError {
  return new IntegrationError(
    'WEBHOOK_BODY_INVALID',
    'The body of the webhook is no JSON object, and no form with one.',
  );
}
