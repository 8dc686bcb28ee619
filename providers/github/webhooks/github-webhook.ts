import type { WebhookRequest } from '../../../lib/index.js';
import type { GitHubIntegration } from '../types.js';
import { payloadOf } from './payload-of.js';
import type { GitHubPayload, GitHubPayloads } from './payloads.js';
import { webhookFacts } from './webhook-facts.js';

/**
 * A webhook of GitHub, as handlers get it. Of its delivery id:
 * https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
 */
export interface GitHubWebhook<Payload = GitHubPayload> {
  /** `issues` */
  readonly event: string;
  /** `opened`; null: the event has only one kind. */
  readonly action: string | null;
  /** GitHub's id of the delivery, the same when it is sent again; null: there was none. */
  readonly deliveryId: string | null;
  readonly payload: Payload;
  /** Null: it is for the GitHub App as a whole, or nobody can tell for which integration. */
  readonly integration: GitHubIntegration | null;
  /** What was received: `rawBody`, `headers`, `url`. */
  readonly request: WebhookRequest;
}

/** The types of events that can be handled: `issues`, and `issues.opened`, as far as the payloads tell the actions. */
export type GitHubWebhookType<Payloads = GitHubPayloads> = {
  [Event in keyof Payloads & string]: Event | `${Event}.${GitHubActionOf<Payloads[Event]>}`;
}[keyof Payloads & string];

/** The actions of a payload; what is not known to have one may have any. */
export type GitHubActionOf<Payload> = Payload extends { readonly action?: infer Action }
  ? string extends Action
    ? string
    : Action & string
  : never;

/** What webhooks of a type say: `GitHubPayloadOf<'issues.opened'>`. */
export type GitHubPayloadOf<Type, Payloads = GitHubPayloads> = Type extends keyof Payloads
  ? Payloads[Type]
  : Type extends `${infer Event}.${infer Action}`
    ? Event extends keyof Payloads
      ? string extends GitHubActionOf<Payloads[Event]>
        ? Payloads[Event]
        : Payloads[Event] & { readonly action: Action }
      : never
    : never;

/**
 * Handlers by the type of event: `issues.opened` goes before `issues`, which gets all other actions. `Payloads` is a
 * map of events to payloads.
 */
export type GitHubWebhookHandlers<Payloads = GitHubPayloads> = {
  readonly [Type in GitHubWebhookType<Payloads>]?: (webhook: GitHubWebhook<GitHubPayloadOf<Type, Payloads>>) => unknown;
};

/**
 * A received webhook of GitHub, for handlers of one's own.
 *
 * @throws IntegrationError `WEBHOOK_BODY_INVALID`
 */
export function readGitHubWebhook(integration: GitHubIntegration | null, request: WebhookRequest): GitHubWebhook {
  const { event, action, deliveryId } = webhookFacts(request);
  return { event: event ?? '', action, deliveryId, payload: payloadOf(request), integration, request };
}
