import type { HandlesWebhooks, WebhookHandler } from '../../providers/contracts.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { WebhookRequest } from '../types/webhook-request.js';

/** What handles one request. */
export type HandleRequest = (integration: IntegrationDocument | null, request: WebhookRequest) => unknown;

/**
 * Who handles a type of event: its own handler, or that of the type that it is a kind of, else `handleWebhook`. Null
 * where the provider has handlers by type and none for this one: it is ignored.
 */
export function chooseHandler(provider: HandlesWebhooks, eventType: string | null): HandleRequest | null {
  if (eventType === null) return (...given) => provider.handleWebhook(...given);
  const handlers = provider.webhookHandlers();
  const handler = handlerOf(handlers, eventType);
  if (handler !== undefined) return callable(handler);
  return Object.keys(handlers).length > 0 ? null : (...given) => provider.handleWebhook(...given);
}

/** Of `issues.opened`, else of `issues`. */
function handlerOf(handlers: Readonly<Record<string, WebhookHandler>>, eventType: string): WebhookHandler | undefined {
  // A sender must not reach what every object has.
  if (Object.hasOwn(handlers, eventType)) return handlers[eventType];
  const end = eventType.lastIndexOf('.');
  return end === -1 ? undefined : handlerOf(handlers, eventType.slice(0, end));
}

function callable(handler: WebhookHandler): HandleRequest {
  if (isPair(handler)) {
    const [Handlers, method] = handler;
    const made = new Handlers();
    return (...given) =>
      Reflect.apply<typeof made, typeof given, unknown>(Reflect.get(made, method) as HandleRequest, made, given);
  }
  if (isClass(handler)) {
    const made = new handler();
    return (...given) => made.handle(...given);
  }
  return handler;
}

type Pair = Extract<WebhookHandler, readonly unknown[]>;
type HandlerClass = Extract<WebhookHandler, new () => unknown>;

function isPair(handler: WebhookHandler): handler is Pair {
  return Array.isArray(handler);
}

/** A class can only be called with `new`, and has the method. */
function isClass(handler: Exclude<WebhookHandler, Pair>): handler is HandlerClass {
  const prototype: unknown = Reflect.get(handler, 'prototype');
  return typeof prototype === 'object' && prototype !== null && typeof Reflect.get(prototype, 'handle') === 'function';
}
