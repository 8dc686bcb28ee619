import type { mongo } from 'mongoose';
import { maxEmbeddedRequests } from '../../schemas/embedded-request.js';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import { durableWrite } from '../durable-write.js';
import { fromNow } from '../from-now.js';
import { persevere } from '../persevere.js';
import { primary } from '../primary.js';
import type { WebhookCollection } from './inbox.js';
import { stillHeld } from './webhook-leases.js';
import type { WebhookResult } from './webhook-result.js';

/**
 * The writes of what came of webhooks. Each is filtered by who holds them, so that it can be repeated, and that who has
 * lost his lease undoes nothing.
 */
export interface WebhookAcks {
  /** Successes that made no calls, by one write; what comes back are those that are processed now. */
  succeed(results: readonly WebhookResult[]): Promise<readonly WebhookResult[]>;
  /** All others but failures for good; what comes back are those that are processed now. */
  note(results: readonly WebhookResult[]): Promise<readonly WebhookResult[]>;
  /** A failure for good; false: somebody else has taken it over. */
  fail(result: WebhookResult): Promise<boolean>;
  /** Those whose integration is deleted. */
  drop(results: readonly WebhookResult[]): Promise<void>;
}

const unordered = { ...durableWrite, ordered: false } as const;

export function createWebhookAcks(webhooks: WebhookCollection): WebhookAcks {
  /** Where some have not been as they should: a write whose answer was lost has been made all the same. */
  async function processedOf(results: readonly WebhookResult[]): Promise<readonly WebhookResult[]> {
    const _id = { $in: results.map(({ held }) => held.webhook._id) };
    const options = { ...primary, projection: { _id: 1 } } as const;
    const rows = await webhooks.find({ _id, status: 'processed' }, options).toArray();
    const ids = new Set(rows.map((row) => row._id.toHexString()));
    return results.filter(({ held }) => ids.has(held.webhook._id.toHexString()));
  }

  return {
    async succeed(results) {
      const held = results.map((result) => result.held);
      const { matchedCount } = await persevere(() => webhooks.updateMany(stillHeld(held), succeeded, durableWrite));
      return matchedCount === results.length ? results : processedOf(results);
    },
    async note(results) {
      const { matchedCount } = await persevere(() => webhooks.bulkWrite(results.map(noting), unordered));
      const successes = results.filter(({ outcome }) => outcome.kind === 'success');
      return matchedCount === results.length || successes.length === 0 ? successes : processedOf(successes);
    },
    async fail(result) {
      const { filter, update } = noting(result).updateOne;
      return (await persevere(() => webhooks.updateOne(filter, update, durableWrite))).matchedCount === 1;
    },
    async drop(results) {
      const held = results.map((result) => result.held);
      await persevere(() => webhooks.deleteMany(stillHeld(held), durableWrite));
    },
  };
}

/** By the server's clock, and for many at once quicker than a pipeline. */
const succeeded = {
  $set: { status: 'processed', lease: null, error: null, crashes: 0, deferredSince: null },
  $inc: { attempts: 1 },
  $currentDate: { processedAt: true, updatedAt: true },
} satisfies mongo.UpdateFilter<IntegrationWebhookFields>;

function noting(result: WebhookResult) {
  const fields = { ...fieldsOf(result), ...callsOf(result), lease: null, updatedAt: '$$NOW' };
  return { updateOne: { filter: stillHeld([result.held]), update: [{ $set: fields }] } };
}

function fieldsOf({ held, outcome, error }: WebhookResult): mongo.Document {
  const attempted = { attempts: { $add: ['$attempts', 1] }, crashes: 0, deferredSince: null };
  const failed = { error: { $literal: error } };
  switch (outcome.kind) {
    case 'success':
      return { ...attempted, status: 'processed', error: null, processedAt: '$$NOW' };
    case 'retry':
      return { ...attempted, ...failed, status: 'pending', availableAt: fromNow(outcome.afterMs) };
    case 'deferred': {
      const deferredSince = { $ifNull: ['$deferredSince', '$$NOW'] };
      return { ...failed, deferredSince, crashes: 0, status: 'pending', availableAt: fromNow(outcome.afterMs) };
    }
    case 'failed':
      return { ...(outcome.isAttempt && attempted), ...failed, status: 'failed', processedAt: '$$NOW' };
    case 'suspended':
      return { crashes: held.webhook.crashes, status: 'pending', availableAt: fromNow(outcome.afterMs) };
    default:
      // A crash that was counted beforehand, and did not happen.
      return { crashes: held.webhook.crashes, status: 'pending', availableAt: '$$NOW' };
  }
}

/** The first calls of all attempts. */
function callsOf({ calls }: WebhookResult): mongo.Document {
  if (calls === null) return {};
  const all = { $concatArrays: ['$requests', { $literal: calls.requests }] };
  return {
    requests: { $slice: [all, maxEmbeddedRequests] },
    requestCount: { $add: ['$requestCount', calls.requestCount] },
  };
}

/** Whether nothing is left to be said of it but that it was a success. */
export function isQuick({ outcome, calls }: WebhookResult): boolean {
  return outcome.kind === 'success' && calls === null;
}
