import type { IntegrationLogFields } from '../../schemas/integration-log.js';
import { announceStatus, type OperationParts } from '../operations/log-operation.js';
import { createGroupCommitter } from '../request-log/group-committer.js';
import type { WebhookResult } from './webhook-result.js';

/** The operation logs of webhooks: one for each attempt. */
export interface WebhookLog {
  /** Stores them together, and emits their events. Nobody waits for it: what came of webhooks does not depend on it. */
  store(results: readonly WebhookResult[]): void;
  /** Resolves when everything is stored; what is not by then is given up, and the log says so. */
  flush(limit: { readonly timeoutMs: number }): Promise<void>;
}

/** How long a log waits for the database at most. */
const storeWithinMs = 30_000;

export function createWebhookLog(parts: OperationParts): WebhookLog {
  const { model, journal, logger } = parts;
  const committer = createGroupCommitter<IntegrationLogFields>({
    collection: () => model.collection,
    writeConcern: { w: 1, j: journal },
    sizeOf: () => logBytes,
    retryDeadlineMs: storeWithinMs,
  });

  async function storeOne(result: WebhookResult): Promise<void> {
    const { attempt } = result;
    if (attempt === null) return;
    const fields = logOf(result, attempt);
    try {
      await committer.add(fields);
      announceStatus(parts, attempt.integration, fields.status, () => model.hydrate(fields));
    } catch (error) {
      logger.error('The log of a webhook could not be stored.', { logId: attempt.logId.toHexString(), error });
    }
  }

  return {
    flush: committer.flush,
    store(results) {
      for (const result of results) void storeOne(result);
    },
  };
}

/** About what one takes: what is large of a webhook is not in it. */
const logBytes = 2_048;

function logOf(result: WebhookResult, attempt: NonNullable<WebhookResult['attempt']>): IntegrationLogFields {
  const { webhook } = result.held;
  const { logId, integration, startedAt, durationMs, maxAttempts } = attempt;
  return {
    _id: logId,
    integrationId: integration._id,
    operation: 'webhook',
    direction: 'inbound',
    status: statusOf(result),
    summary: null,
    externalId: webhook.deliveryId,
    metadata: { webhookId: webhook._id, eventType: webhook.eventType },
    resultData: null,
    error: result.error,
    durationMs,
    attempt: webhook.attempts + 1,
    maxAttempts,
    parentId: null,
    requests: result.calls?.requests ?? [],
    requestCount: result.calls?.requestCount ?? 0,
    createdAt: startedAt,
    updatedAt: new Date(),
  };
}

function statusOf({ outcome, isIgnored }: WebhookResult): string {
  if (isIgnored) return 'ignored';
  if (outcome.kind === 'success' || outcome.kind === 'deferred') return outcome.kind;
  return outcome.kind === 'returned' ? 'interrupted' : 'failed';
}
