import { isDate } from '../../schemas/partial-filters.js';
import { durableWrite } from '../durable-write.js';
import { primary } from '../primary.js';
import { chunksOf, type DocumentCollection, type Prunable } from '../prune/chunks.js';
import type { ServerClock } from '../server-clock.js';
import { pagesOf } from '../sync/pages-of.js';
import { dayMs } from '../time-units.js';

export interface PruneParts {
  readonly webhooks: PrunedCollection;
  readonly clock: ServerClock;
  readonly retentionDays: number;
}

/** The driver's collection of webhooks, as far as it matters here. */
export interface PrunedCollection extends DocumentCollection {
  countDocuments(filter: object, options: object): Promise<number>;
  updateMany(filter: object, update: object, options: object): Promise<unknown>;
}

/** What was pruned. */
export interface PrunedWebhooks {
  /** Processed webhooks that were deleted. */
  readonly deleted: number;
}

const chunk = 1_000;

/**
 * Deletes webhooks that were processed so long ago; failed ones are kept. Ends the time of bodies that stand for a
 * delivery id.
 */
export async function pruneWebhooks({ clock, ...parts }: PruneParts): Promise<PrunedWebhooks> {
  let deleted = 0;
  const { chunks } = prunableWebhooks({ ...parts, now: await clock.now() });
  for await (const old of chunks({ isDry: false })) deleted += await old.remove();
  return { deleted };
}

export interface PrunableWebhookParts extends Omit<PruneParts, 'clock'> {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly now: number;
}

export function prunableWebhooks({ webhooks, retentionDays, now }: PrunableWebhookParts): Prunable {
  const filter = { status: 'processed', processedAt: { $lte: new Date(now - retentionDays * dayMs) } };
  return {
    count: () => webhooks.countDocuments(filter, primary),
    async *chunks({ isDry }) {
      yield* chunksOf({ collection: webhooks, filter, sort: { processedAt: 1 } });
      if (!isDry) await endBodyKeys(webhooks, new Date(now));
    },
  };
}

async function endBodyKeys(webhooks: PrunedCollection, now: Date): Promise<void> {
  const hasExpired = { bodyKeyExpiresAt: { ...isDate, $lte: now } };
  const ended = { $set: { bodyKey: null, bodyKeyExpiresAt: null } };
  const found = webhooks.find(hasExpired, { ...primary, projection: { _id: 1 }, batchSize: chunk });
  for await (const page of pagesOf(found, chunk)) {
    const _id = { $in: page.map((row) => row._id) };
    await webhooks.updateMany({ _id, ...hasExpired }, ended, durableWrite);
  }
}
