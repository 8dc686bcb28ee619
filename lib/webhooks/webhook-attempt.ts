import { Types } from 'mongoose';
import type { EmbedsRequests } from '../../schemas/embedded-request.js';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import { runWithin } from '../context.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import { CallNotes } from '../operations/call-notes.js';
import type { TimedAttempt } from '../running-attempts.js';
import { chooseHandler } from './choose-handler.js';
import type { HeldWebhook } from './webhook-leases.js';
import { openBody } from './webhook-payload.js';
import { createWebhookRequest } from './webhook-request.js';
import type { WebhookView } from './webhook-view.js';

/** How an attempt ended. */
export interface WebhookAttemptEnd {
  /** What it failed with; null: it did not fail. */
  readonly failure: { readonly error: unknown } | null;
  /** Nobody waited for its end. */
  readonly isLeft: boolean;
  /** Nobody handles webhooks of its type. */
  readonly isIgnored: boolean;
  /** The calls that it made; null: it made none. */
  readonly calls: EmbedsRequests | null;
}

/** An attempt under way. */
export interface WebhookAttempt extends TimedAttempt {
  readonly held: HeldWebhook;
  /** Of its operation log; null: it has none, as the webhook is for no integration. */
  readonly logId: Types.ObjectId | null;
  /** Never rejects. */
  readonly ended: Promise<WebhookAttemptEnd>;
}

/** Has its handler handle a webhook. */
export function beginWebhookAttempt(sealer: BoundSealer, held: HeldWebhook, view: WebhookView): WebhookAttempt {
  const { webhook } = held;
  const logId = view.integration && new Types.ObjectId();
  const notes = new CallNotes('webhook', logId);
  let tellEnd: (end: WebhookAttemptEnd) => void = () => undefined;
  const ended = new Promise<WebhookAttemptEnd>((resolve) => (tellEnd = resolve));
  const end = (how: Partial<WebhookAttemptEnd>): void => {
    // Only the first one counts.
    tellEnd({ failure: null, isLeft: false, isIgnored: false, calls: notes.collected(), ...how });
  };
  runWithin(surroundings(view, notes), () => handle(sealer, webhook, view)).then(
    (isIgnored) => end({ isIgnored }),
    (error: unknown) => end({ failure: { error } }),
  );
  return {
    ...{ held, logId, ended },
    startedAt: performance.now(),
    fail: (error) => end({ failure: { error } }),
    leave: () => end({ isLeft: true }),
  };
}

/** Whether nobody handles it. */
async function handle(sealer: BoundSealer, webhook: IntegrationWebhookFields, view: WebhookView): Promise<boolean> {
  const handler = chooseHandler(view.provider, webhook.eventType);
  if (handler === null) return true;
  const { method, url, headers } = webhook;
  const rawBody = await openBody(sealer, webhook);
  await handler(view.integration, createWebhookRequest({ method, url, headers, rawBody }));
  return false;
}

/** What handlers find around them: the operation, and nothing of whoever received the webhook. */
function surroundings({ identity }: WebhookView, operation: CallNotes) {
  return {
    integration: identity,
    request: null,
    attempt: null,
    operation,
    syncAttempt: null,
    priority: 'background',
    noteCall: null,
  } as const;
}
