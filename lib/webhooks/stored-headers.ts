import type { WebhookRequest } from '../types/webhook-request.js';

/** What proves who sent it, and must not lie about: authorization, cookies, signatures, tokens, shared secrets. */
const secret =
  /authorization|cookie|signature|(?:^|-)sig(?:-|$)|hmac|token|secret|passw|credential|jwt|(?:api|auth|access|private)-?key/;

/** The headers that are kept with a webhook, for handlers and replays. */
export function storedHeaders(headers: WebhookRequest['headers']): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || secret.test(name)) continue;
    // As MongoDB takes it for a key: a sender may name a header so.
    if (name !== '__proto__' && !name.startsWith('$')) kept[name] = typeof value === 'string' ? value : [...value];
  }
  return kept;
}
