import type { mongo, Types } from 'mongoose';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import { isDate } from '../../schemas/partial-filters.js';
import { durableWrite } from '../durable-write.js';
import type { ServerClock } from '../server-clock.js';
import type { WebhookCollection } from './inbox.js';
import { primary } from './webhook-leases.js';

export interface PruneParts {
  readonly webhooks: WebhookCollection;
  readonly clock: ServerClock;
  readonly retentionDays: number;
}

/** What was pruned. */
export interface PrunedWebhooks {
  /** Processed webhooks that were deleted. */
  readonly deleted: number;
}

/** In chunks, so that no single operation holds the server for long. */
const chunk = 1_000;
const dayMs = 86_400_000;

/**
 * Deletes webhooks that were processed so long ago; failed ones are kept. Ends the time of bodies that stand for a
 * delivery id.
 */
export async function pruneWebhooks({ webhooks, clock, retentionDays }: PruneParts): Promise<PrunedWebhooks> {
  const now = await clock.now();
  const isOld = { status: 'processed', processedAt: { $lte: new Date(now - retentionDays * dayMs) } } as const;
  const hasExpired = { bodyKeyExpiresAt: { ...isDate, $lte: new Date(now) } };
  const ended = { $set: { bodyKey: null, bodyKeyExpiresAt: null } };
  let deleted = 0;
  await inChunks(webhooks, isOld, async (_id) => {
    deleted += (await webhooks.deleteMany({ _id, ...isOld }, durableWrite)).deletedCount;
  });
  await inChunks(webhooks, hasExpired, (_id) => webhooks.updateMany({ _id, ...hasExpired }, ended, durableWrite));
  return { deleted };
}

type Filter = mongo.Filter<IntegrationWebhookFields>;
interface Ids {
  readonly $in: Types.ObjectId[];
}

/** Until none fits any more: whoever prunes at the same time takes his part. */
async function inChunks(webhooks: WebhookCollection, filter: Filter, work: (ids: Ids) => Promise<unknown>) {
  for (;;) {
    const rows = await webhooks.find(filter, { ...primary, projection: { _id: 1 }, limit: chunk }).toArray();
    if (rows.length === 0) return;
    await work({ $in: rows.map(({ _id }) => _id) });
  }
}
