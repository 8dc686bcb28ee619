import type { Types } from 'mongoose';
import type { PlainObject } from '../lib/types/json.js';
import type { WebhookRequest } from '../lib/types/webhook-request.js';
import type { IntegrationDocument } from '../schemas/integration.js';

/** An object that handles webhooks. The integration is null where a webhook is for the provider as a whole. */
export interface WebhookHandlerObject<Credentials = PlainObject, Metadata = PlainObject> {
  // Declared as a method, whose parameters are compared both ways: a handler of some metadata is still a handler.
  handle(integration: IntegrationDocument<Credentials, Metadata> | null, request: WebhookRequest): unknown;
}

/** A class whose objects handle webhooks; one is made for each. */
export type WebhookHandlerClass<Credentials = PlainObject, Metadata = PlainObject> = new () => WebhookHandlerObject<
  Credentials,
  Metadata
>;

/**
 * Handles one type of webhook event: a function, a class with a method `handle`, or a class and the name of its method.
 * It may be called more than once for a delivery, after a crash for one, and has to come to the same result.
 */
export type WebhookHandler<Credentials = PlainObject, Metadata = PlainObject> =
  | WebhookHandlerObject<Credentials, Metadata>['handle']
  | WebhookHandlerClass<Credentials, Metadata>
  | readonly [handlers: new () => object, method: string];

/** What answers a handshake. */
export interface WebhookAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A value of metadata that integrations can be found by. */
export type MetadataValue = string | number | boolean | null;

/** Finds integrations of the provider, by what a request tells. */
export interface IntegrationDirectory<Credentials = PlainObject, Metadata = PlainObject> {
  /**
   * The active ones whose metadata have these values: any of them where a list is given, null for none at all. As they
   * were a second ago at most; in the order of their ids, one more than `webhooks.maxCandidates` at most.
   */
  find(
    metadata: Readonly<Record<string, MetadataValue | readonly MetadataValue[]>>,
  ): Promise<readonly IntegrationDocument<Credentials, Metadata>[]>;
}

/** Whom a request is for: an id or several, as text or ObjectId; null: it does not tell. See {@link HandlesWebhooks}. */
export type ResolvedIntegration = Types.ObjectId | string | readonly (Types.ObjectId | string)[] | null;

/** Receives webhooks. */
export interface HandlesWebhooks<Credentials = PlainObject, Metadata = PlainObject> {
  /** Handles what `webhookHandlers` has no handler for. */
  handleWebhook(integration: IntegrationDocument<Credentials, Metadata> | null, request: WebhookRequest): Promise<void>;
  verifyWebhookSignature(
    integration: IntegrationDocument<Credentials, Metadata> | null,
    request: WebhookRequest,
  ): boolean | Promise<boolean>;
  /** Event type; null where the request has none. */
  resolveWebhookEvent(request: WebhookRequest): string | null;
  /** Event type to handler. */
  webhookHandlers(): Readonly<Record<string, WebhookHandler<Credentials, Metadata>>>;
  /** The sender's id of this delivery; null where it sends none. */
  webhookDeliveryId(request: WebhookRequest): string | null;
  /**
   * Id of the integration that a request to the provider's own URL is for, which its signature then has to prove; of
   * several ids exactly one has to be proved. Null where the request does not tell. Default: the secrets of all active
   * integrations are tried. Where the secret is one of the application, several count as null.
   */
  resolveIntegration?(
    request: WebhookRequest,
    directory: IntegrationDirectory<Credentials, Metadata>,
  ): ResolvedIntegration | Promise<ResolvedIntegration>;
  /** The secret is one of the application: signatures are verified without an integration. */
  readonly webhookSecretScope?: 'application';
  /** What the request is about: requests with the same key are handled one after the other; null: in any order. */
  webhookOrderingKey?(request: WebhookRequest): string | null;
  /** The answer to a handshake, such as `answerChallenge` gives; null: the request is none. */
  answerWebhookChallenge?(
    integration: IntegrationDocument<Credentials, Metadata> | null,
    request: WebhookRequest,
  ): WebhookAnswer | null | Promise<WebhookAnswer | null>;
  /** Bodies are sealed at rest, like credentials. */
  readonly sealWebhooks?: true;
  /** HTTP status of the answer to an invalid signature, for senders that take some to mean something; default 401. */
  readonly invalidSignatureStatus?: 400 | 401 | 403 | 404;
  /** Attempts of a webhook; default: `webhooks.tries`. */
  webhookTries?(): number;
  /** Waits before the second, third, … attempt, in seconds; default: `webhooks.backoff`. */
  webhookBackoff?(): readonly number[];
}
