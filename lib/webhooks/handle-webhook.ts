import { Types } from 'mongoose';
import type { StoredError } from '../../schemas/integration-request.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import { IntegrationError } from '../errors.js';
import { outcomeOfFailure, type AttemptOutcome } from '../failures/outcome-of-failure.js';
import { persevere } from '../persevere.js';
import type { RunningAttempts } from '../running-attempts.js';
import type { ServerClock } from '../server-clock.js';
import type { LoggerLike } from '../types/logger.js';
import { isHopeless, isSuspect, webhookCrash } from './suspects.js';
import { beginWebhookAttempt, type WebhookAttempt, type WebhookAttemptEnd } from './webhook-attempt.js';
import type { HeldWebhook, WebhookLeases } from './webhook-leases.js';
import type { AttemptFacts, WebhookOutcome, WebhookResult } from './webhook-result.js';
import type { WebhookView, WebhookViewing, WebhookViews } from './webhook-view.js';

export interface HandlerParts {
  readonly views: WebhookViews;
  readonly leases: Pick<WebhookLeases, 'countCrash'>;
  readonly sealer: BoundSealer;
  readonly clock: ServerClock;
  readonly running: Pick<RunningAttempts<WebhookAttempt>, 'add' | 'remove'>;
  readonly toStoredError: (error: unknown, knownSecrets: readonly string[]) => StoredError;
  /** Never rejects. */
  readonly knownSecrets: (integration: IntegrationDocument) => Promise<readonly string[]>;
  /** Whether what fails now fails because it has to end. */
  readonly isStopping: () => boolean;
  readonly logger: Pick<LoggerLike, 'error'>;
}

/** How long a webhook is put off where the database does not tell whom it is for. */
const troubleMs = 5_000;

/** Finds out what becomes of a webhook, by handling it. Never rejects. */
export type WebhookHandling = (held: HeldWebhook) => Promise<WebhookResult>;

export function createWebhookHandling(parts: HandlerParts): WebhookHandling {
  return async (held) => {
    const viewing = await viewed(parts, held);
    if (viewing.kind !== 'known') return untouched(held, viewing);
    return isSuspect(held) ? carefully(parts, held, viewing) : attempted(parts, held, viewing);
  };
}

function untouched(held: HeldWebhook, outcome: WebhookOutcome): WebhookResult {
  return { held, integration: null, outcome, error: null, isIgnored: false, calls: null, attempt: null };
}

/** A process may have died of it. */
async function carefully(parts: HandlerParts, held: HeldWebhook, view: WebhookView): Promise<WebhookResult> {
  if (isHopeless(held, view.rules.maxAttempts)) return givenUp(parts, held, view);
  try {
    const isHeld = await persevere(() => parts.leases.countCrash(held));
    return isHeld ? await attempted(parts, held, view) : untouched(held, { kind: 'returned' });
  } catch (error) {
    const webhookId = held.webhook._id.toHexString();
    parts.logger.error('A webhook that has to be handled with care could not be marked: it is put off.', {
      webhookId,
      error,
    });
    return untouched(held, { kind: 'suspended', afterMs: troubleMs });
  }
}

async function givenUp(parts: HandlerParts, held: HeldWebhook, view: WebhookView): Promise<WebhookResult> {
  const { integration, rules } = view;
  const outcome = { kind: 'failed', error: webhookCrash(held), isAttempt: false } as const;
  const { maxAttempts } = rules;
  const facts = { logId: new Types.ObjectId(), startedAt: new Date(), durationMs: 0, maxAttempts };
  return {
    ...{ held, integration, outcome, isIgnored: false, calls: null },
    error: await storedErrorOf(parts, outcome, integration),
    attempt: integration && { ...facts, integration },
  };
}

async function viewed({ views, logger }: HandlerParts, { webhook }: HeldWebhook): Promise<WebhookViewing> {
  try {
    return await views(webhook);
  } catch (error) {
    const webhookId = webhook._id.toHexString();
    logger.error('It could not be told whom a webhook is for: it is put off.', { webhookId, error });
    return { kind: 'suspended', afterMs: troubleMs };
  }
}

async function attempted(parts: HandlerParts, held: HeldWebhook, view: WebhookView): Promise<WebhookResult> {
  const startedAt = new Date();
  const attempt = beginWebhookAttempt(parts.sealer, held, view);
  parts.running.add(attempt);
  const end = await attempt.ended;
  parts.running.remove(attempt);
  const outcome = await outcomeOf(parts, held, view, end);
  const { integration, rules } = view;
  const { logId } = attempt;
  return {
    ...{ held, integration, outcome, isIgnored: end.isIgnored, calls: end.calls },
    error: await storedErrorOf(parts, outcome, integration),
    attempt:
      integration === null || logId === null
        ? null
        : factsOf({ logId, integration, startedAt, maxAttempts: rules.maxAttempts }, attempt),
  };
}

function factsOf(facts: Omit<AttemptFacts, 'durationMs'>, { startedAt }: WebhookAttempt): AttemptFacts {
  return { ...facts, durationMs: Math.round(performance.now() - startedAt) };
}

async function outcomeOf(
  { clock, isStopping }: HandlerParts,
  { webhook }: HeldWebhook,
  { rules }: WebhookView,
  { failure, isLeft }: WebhookAttemptEnd,
): Promise<AttemptOutcome> {
  if (isLeft) return { kind: 'returned' };
  if (failure === null) return { kind: 'success' };
  if (isStopping()) return { kind: 'returned' };
  const now = await clock.now().catch(() => Date.now());
  return outcomeOfFailure(failure.error, webhook, rules, now);
}

async function storedErrorOf(
  { toStoredError, knownSecrets }: HandlerParts,
  outcome: WebhookOutcome,
  integration: IntegrationDocument | null,
): Promise<StoredError | null> {
  if (!('error' in outcome)) return null;
  return toStoredError(outcome.error, integration === null ? [] : await knownSecrets(integration));
}

/** What an attempt fails with that took too long. */
export function webhookTimedOut(timeoutMs: number): IntegrationError {
  return new IntegrationError('WEBHOOK_HANDLER_TIMEOUT', `The handler took longer than ${timeoutMs / 1_000} s.`, {
    details: { timeoutMs },
  });
}
