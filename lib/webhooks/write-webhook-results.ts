import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { EventHub } from '../event-hub.js';
import type { LoggerLike } from '../types/logger.js';
import { isQuick, type WebhookAcks } from './webhook-acks.js';
import type { WebhookLog } from './webhook-log.js';
import type { WebhookResult } from './webhook-result.js';

export interface ResultWriterParts {
  readonly acks: WebhookAcks;
  readonly log: WebhookLog;
  readonly events: Pick<EventHub, 'emit'>;
  readonly model: Pick<IntegrationModels['IntegrationWebhook'], 'hydrate'>;
  readonly logger: Pick<LoggerLike, 'error'>;
}

/** Writes what came of webhooks, and tells of it. Never rejects: what is not written is handled again. */
export async function writeWebhookResults(parts: ResultWriterParts, results: readonly WebhookResult[]): Promise<void> {
  const { acks, log } = parts;
  const quick = results.filter(isQuick);
  const failed = results.filter(({ outcome }) => outcome.kind === 'failed');
  const deleted = results.filter(({ outcome }) => outcome.kind === 'deleted');
  const others = results.filter((result) => !isQuick(result) && !['failed', 'deleted'].includes(result.outcome.kind));
  log.store(results);
  const writes = await Promise.allSettled([
    quick.length > 0 && acks.succeed(quick).then((done) => announceProcessed(parts, done)),
    others.length > 0 && acks.note(others).then((done) => announceProcessed(parts, done)),
    deleted.length > 0 && acks.drop(deleted),
    ...failed.map((result) => writeFailure(parts, result)),
  ]);
  const trouble = writes.find((write) => write.status === 'rejected');
  if (trouble === undefined) return;
  parts.logger.error('What came of webhooks could not be stored: they will be handled again.', {
    webhooks: results.length,
    error: trouble.reason as unknown,
  });
}

function announceProcessed({ events, model }: ResultWriterParts, results: readonly WebhookResult[]): void {
  for (const { held, integration } of results) {
    events.emit('webhookProcessed', () => ({
      integration,
      provider: held.webhook.provider,
      webhook: model.hydrate({ ...held.webhook, ...over('processed'), attempts: held.webhook.attempts + 1 }),
    }));
  }
}

async function writeFailure({ acks, events, model }: ResultWriterParts, result: WebhookResult): Promise<void> {
  const { held, integration, outcome, error } = result;
  if (!(await acks.fail(result)) || outcome.kind !== 'failed') return;
  const attempts = held.webhook.attempts + (outcome.isAttempt ? 1 : 0);
  events.emit('webhookFailed', () => ({
    integration,
    provider: held.webhook.provider,
    webhook: model.hydrate({ ...held.webhook, ...over('failed'), error, attempts }),
    error: outcome.error,
  }));
}

/** About what the write has changed. */
function over(status: IntegrationWebhookFields['status']): Partial<IntegrationWebhookFields> {
  const now = new Date();
  return { status, lease: null, error: null, deferredSince: null, processedAt: now, updatedAt: now };
}
