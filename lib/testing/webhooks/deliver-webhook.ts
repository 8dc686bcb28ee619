import type { SignedWebhook } from './sign-webhook.js';

export interface DeliverWebhookOptions {
  /** Where it goes; default: the URL that it was signed for. */
  readonly url?: string;
  /** How often the very same delivery is sent: senders repeat. Default 1. */
  readonly times?: number;
  /** Whether all are sent at once. Default false: one after the other. */
  readonly atOnce?: boolean;
}

/** Sends a signed webhook to the application, and gives the statuses that it answered with. */
export async function deliverWebhook(webhook: SignedWebhook, options: DeliverWebhookOptions = {}): Promise<number[]> {
  const { url = webhook.url, times = 1, atOnce = false } = options;
  const { method, headers, body } = webhook;
  const send = async (): Promise<number> => {
    const response = await fetch(url, { method, headers, body });
    // A body that nobody reads holds its connection.
    await response.arrayBuffer();
    return response.status;
  };
  if (atOnce) return Promise.all(Array.from({ length: times }, send));
  const statuses: number[] = [];
  while (statuses.length < times) statuses.push(await send());
  return statuses;
}
