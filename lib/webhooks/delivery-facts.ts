import { createHash } from 'node:crypto';
import type { HandlesWebhooks } from '../../providers/contracts.js';
import type { LoggerLike } from '../types/logger.js';
import type { WebhookRequest } from '../types/webhook-request.js';
import type { Delivery } from './new-webhook.js';
import type { WebhookProvider } from './recipients.js';

export type DeliveryFacts = Pick<Delivery, 'eventType' | 'deliveryId' | 'orderingKey'>;

/** Longer ones are no ids that somebody reads: all that is asked of them is whether they are the same. */
const maxLength = 256;

type Question = 'resolveWebhookEvent' | 'webhookDeliveryId' | 'webhookOrderingKey';

/** What the provider says of a verified request. It is stored whatever comes: a fact that cannot be told is null. */
export function deliveryFacts(
  to: WebhookProvider,
  request: WebhookRequest,
  logger: Pick<LoggerLike, 'warn'>,
): DeliveryFacts {
  const ask = (question: Question): string | null => {
    try {
      return textOf(answerOf(to.provider, question, request));
    } catch (error) {
      logger.warn(`A webhook is stored without what ${question}() should say of it.`, { provider: to.key, error });
      return null;
    }
  };
  return {
    eventType: bounded(ask('resolveWebhookEvent')),
    deliveryId: bounded(ask('webhookDeliveryId')),
    orderingKey: bounded(ask('webhookOrderingKey')),
  };
}

function answerOf(provider: HandlesWebhooks, question: Question, request: WebhookRequest): unknown {
  return provider[question]?.(request) ?? null;
}

/** Bodies have numbers for ids, and JavaScript passes them on. */
function textOf(answer: unknown): string | null {
  if (answer === null || answer === '') return null;
  if (typeof answer === 'string') return answer;
  if (typeof answer === 'number' || typeof answer === 'bigint') return String(answer);
  throw new TypeError(`Expected a text or null, got ${typeof answer}.`);
}

function bounded(text: string | null): string | null {
  if (text === null || text.length <= maxLength) return text;
  return `sha256:${createHash('sha256').update(text).digest('base64url')}`;
}
