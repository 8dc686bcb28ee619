import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import { durableWrite } from '../durable-write.js';
import { fromNow } from '../from-now.js';
import { primary } from '../primary.js';
import type { WebhookCollection } from './inbox.js';
import { isOpen, leased, sameOrder, stillHeld, type HeldWebhook } from './webhook-leases.js';

/** Whether it is a webhook's turn among those that share its ordering key, whichever processes hold them. */
export type Turn =
  | { readonly kind: 'mine' }
  /** Somebody else handles it. */
  | { readonly kind: 'lost' }
  /** Another one is first: it is worth looking again then. */
  | { readonly kind: 'blocked'; readonly until: Date };

/** The order of those that share a key: createdAt, then _id. */
export interface WebhookOrder {
  /** Shows that it is being handled, unless another one is, or came before and is not over. */
  takeTurn(held: HeldWebhook): Promise<Turn>;
  /** Hands back those that have to wait. */
  putBehind(held: readonly HeldWebhook[], until: Date): Promise<void>;
  /** Takes the first one where it has been handed back and may begin by now: this one, or one that gave way to it. */
  retake(webhook: IntegrationWebhookFields, token: string): Promise<HeldWebhook | null>;
  /** Takes the next one that waits for nothing but its turn. */
  takeNext(webhook: IntegrationWebhookFields, token: string): Promise<HeldWebhook | null>;
  /** Lets others take the next one at once. */
  freeNext(webhook: IntegrationWebhookFields): Promise<void>;
}

/** Where the one before is due, and nobody has taken it yet. */
const leastWaitMs = 1_000;
const first = { createdAt: 1, _id: 1 } as const;
const after = { ...durableWrite, returnDocument: 'after' } as const;

export function createWebhookOrder(webhooks: WebhookCollection, leaseMs: number): WebhookOrder {
  return {
    async takeTurn(held) {
      // First shows itself, then looks: of two that do so at once, one at least sees the other.
      const shown = [{ $set: { status: 'processing', updatedAt: '$$NOW' } }];
      const { matchedCount } = await webhooks.updateOne(stillHeld([held]), shown, durableWrite);
      if (matchedCount === 0) return { kind: 'lost' };
      const until = await blockedUntil(webhooks, held.webhook);
      return until === null ? { kind: 'mine' } : { kind: 'blocked', until };
    },
    async putBehind(held, until) {
      const availableAt = { $max: [fromNow(leastWaitMs), until] };
      const behind = [{ $set: { status: 'pending', lease: null, availableAt } }];
      await webhooks.updateMany(stillHeld(held), behind, durableWrite);
    },
    async retake(webhook, token) {
      const open = { ...sameOrder(webhook), ...isOpen };
      const front = await webhooks.findOne(open, { ...primary, sort: first });
      if (front === null || (await blockedUntil(webhooks, front)) !== null) return null;
      // Another one that has an error waits for its next attempt.
      const mayBegin = front._id.equals(webhook._id) ? {} : { error: null };
      const filter = { _id: front._id, ...isOpen, lease: null, ...mayBegin };
      const taken = await webhooks.findOneAndUpdate(filter, leased(token, leaseMs), after);
      return taken && { webhook: taken, token };
    },
    async takeNext(webhook, token) {
      const next = await webhooks.findOneAndUpdate(waiting(webhook), leased(token, leaseMs), { ...after, sort: first });
      return next && { webhook: next, token };
    },
    async freeNext(webhook) {
      const now = [{ $set: { availableAt: '$$NOW' } }];
      await webhooks.findOneAndUpdate(waiting(webhook), now, { ...durableWrite, sort: first });
    },
  };
}

/** When what stands before it is worth another look; null: nothing does. */
async function blockedUntil(webhooks: WebhookCollection, webhook: IntegrationWebhookFields): Promise<Date | null> {
  const { _id, createdAt } = webhook;
  const order = sameOrder(webhook);
  const isEarlier = { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: _id } }] };
  // Stored later, for its insert took longer, it may find one at work that came after it.
  const isAtWork = { status: 'processing', _id: { $ne: _id }, $expr: { $gt: ['$availableAt', '$$NOW'] } } as const;
  const options = { ...primary, projection: { availableAt: 1 }, sort: first } as const;
  const [earlier, atWork] = await Promise.all([
    webhooks.findOne({ ...order, ...isOpen, ...isEarlier }, options),
    webhooks.findOne({ ...order, ...isAtWork }, options),
  ]);
  if (earlier !== null) return earlier.availableAt;
  // That one may be about to give way as well.
  return atWork && new Date(0);
}

/** What has an error waits for its next attempt. */
function waiting(webhook: IntegrationWebhookFields) {
  return { ...sameOrder(webhook), status: 'pending', lease: null, error: null } as const;
}
