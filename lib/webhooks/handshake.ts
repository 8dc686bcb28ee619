import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { WebhookAnswer } from '../../providers/contracts.js';
import type { LoggerLike } from '../types/logger.js';
import type { WebhookRequest } from '../types/webhook-request.js';
import type { Candidate, WebhookProvider } from './recipients.js';

/**
 * What the provider answers a handshake with: for the first integration it can answer for, else its refusal. Null: the
 * request is none.
 */
export async function answerHandshake(
  to: WebhookProvider,
  candidates: readonly Candidate[],
  request: WebhookRequest,
  logger: Pick<LoggerLike, 'warn'>,
): Promise<WebhookAnswer | null> {
  if (to.provider.answerWebhookChallenge === undefined) return null;
  let refusal: WebhookAnswer | null = null;
  for (const candidate of candidates) {
    const answer = await answerFor(to, candidate, request, logger);
    if (answer !== null && answer.status < 400) return answer;
    refusal ??= answer;
  }
  return refusal;
}

async function answerFor(
  { key, provider }: WebhookProvider,
  integration: Candidate,
  request: WebhookRequest,
  logger: Pick<LoggerLike, 'warn'>,
): Promise<WebhookAnswer | null> {
  try {
    const answer = (await provider.answerWebhookChallenge?.(integration, request)) ?? null;
    return answer === null ? null : checked(answer);
  } catch (error) {
    // It may be a webhook, whose signature says more.
    const facts = { provider: key, integration: integration?.id, error };
    logger.warn('The handshake of a webhook could not be answered.', facts);
    return null;
  }
}

/** A provider in JavaScript may answer with anything; what cannot be sent must not fail later. */
function checked({ status, headers, body }: WebhookAnswer): WebhookAnswer {
  const isSendable = Number.isInteger(status) && status >= 200 && status < 500 && typeof (body as unknown) === 'string';
  if (!isSendable) throw new TypeError('An answer has a status from 200 to 499 and a text for its body.');
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return { status, headers, body };
}
