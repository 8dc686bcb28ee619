import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import { durableWrite } from '../durable-write.js';
import { fromNow } from '../from-now.js';
import { primary } from '../primary.js';
import type { WebhookCollection } from './inbox.js';

/** A webhook that somebody handles: everything he writes of it is filtered by his token. */
export interface HeldWebhook {
  readonly webhook: IntegrationWebhookFields;
  readonly token: string;
  /** Who held it before has not handed it back: he died, or stood still for longer than his lease. */
  readonly wasLeft?: boolean;
}

/** Who handles which webhook. Each operation is atomic, lasting, and compares deadlines with the server's clock. */
export interface WebhookLeases {
  /** Takes webhooks that can be handled now, those that have waited for the longest first. */
  claim(token: string, limit: number): Promise<readonly HeldWebhook[]>;
  /** Goes on holding; what comes back are those that are still held. */
  renew(held: readonly HeldWebhook[]): Promise<ReadonlySet<HeldWebhook>>;
  /** Hands back; they can be handled in so many milliseconds. */
  release(held: readonly HeldWebhook[], afterMs: number): Promise<void>;
  /** Counts a crash of the process before it happens; false: somebody else holds it. Repeated, it counts once. */
  countCrash(held: HeldWebhook): Promise<boolean>;
  /** Shows that they are being handled. */
  showProcessing(held: readonly HeldWebhook[]): Promise<void>;
  /** Shows that nobody handles what processes were at that died, which others can take in any case; how many there were. */
  recover(): Promise<number>;
  /** How many `recover()` would find. */
  countLeft(): Promise<number>;
  /** In how many milliseconds one can be handled; null: there is none. */
  nextDueInMs(): Promise<number | null>;
}

/** What is not over. */
export const isOpen = { status: { $in: ['pending', 'processing'] as IntegrationWebhookFields['status'][] } };
export const leased = (token: string, leaseMs: number) => [
  { $set: { lease: token, availableAt: fromNow(leaseMs), updatedAt: '$$NOW' } },
];

const isDue = { ...isOpen, $expr: { $lte: ['$availableAt', '$$NOW'] } };
const isLeft = { ...isDue, status: 'processing' as const };

/** As long as they are held by these tokens. */
export function stillHeld(held: readonly HeldWebhook[]) {
  const tokens = [...new Set(held.map(({ token }) => token))];
  return { _id: { $in: held.map(({ webhook }) => webhook._id) }, lease: { $in: tokens }, ...isOpen };
}

export function createWebhookLeases(webhooks: WebhookCollection, leaseMs: number): WebhookLeases {
  return {
    ...holdings(webhooks, leaseMs),
    async claim(token, limit) {
      const options = { ...primary, projection: { lease: 1 }, sort: { availableAt: 1 }, limit } as const;
      const due = await webhooks.find(isDue, options).toArray();
      if (due.length === 0) return [];
      const ids = due.map(({ _id }) => _id);
      const left = new Set(due.filter(({ lease }) => lease !== null).map(({ _id }) => _id.toHexString()));
      await webhooks.updateMany({ _id: { $in: ids }, ...isDue }, leased(token, leaseMs), durableWrite);
      // Tokens are never used twice: what bears one is what was taken with it.
      const taken = webhooks.find({ _id: { $in: ids }, lease: token }, { ...primary, sort: { createdAt: 1, _id: 1 } });
      return (await taken.toArray()).map((webhook) => ({
        webhook,
        token,
        wasLeft: left.has(webhook._id.toHexString()),
      }));
    },
    async recover() {
      // The lease stays, which has ended: whoever takes it next is to know how it was left.
      const shown = [{ $set: { status: 'pending', updatedAt: '$$NOW' } }];
      return (await webhooks.updateMany(isLeft, shown, durableWrite)).modifiedCount;
    },
    countLeft: () => webhooks.countDocuments(isLeft, primary),
    async nextDueInMs() {
      const inMs = { $subtract: ['$availableAt', '$$NOW'] };
      const options = { ...primary, projection: { inMs }, sort: { availableAt: 1 } } as const;
      const next = await webhooks.findOne<{ readonly inMs: number | bigint }>(isOpen, options);
      return next && Math.max(0, Number(next.inMs));
    },
  };
}

function holdings(
  webhooks: WebhookCollection,
  leaseMs: number,
): Pick<WebhookLeases, 'renew' | 'release' | 'countCrash' | 'showProcessing'> {
  async function tokensOf(held: readonly HeldWebhook[]): Promise<ReadonlyMap<string, string | null>> {
    const options = { ...primary, projection: { lease: 1 } } as const;
    const rows = await webhooks.find(stillHeld(held), options).toArray();
    return new Map(rows.map(({ _id, lease }) => [_id.toHexString(), lease]));
  }

  return {
    async renew(held) {
      const renewed = [{ $set: { availableAt: fromNow(leaseMs), updatedAt: '$$NOW' } }];
      const { matchedCount } = await webhooks.updateMany(stillHeld(held), renewed, durableWrite);
      if (matchedCount === held.length) return new Set(held);
      const tokens = await tokensOf(held);
      return new Set(held.filter(({ webhook, token }) => tokens.get(webhook._id.toHexString()) === token));
    },
    async release(held, afterMs) {
      const released = [{ $set: { status: 'pending', lease: null, availableAt: fromNow(afterMs) } }];
      await webhooks.updateMany(stillHeld(held), released, durableWrite);
    },
    async countCrash(held) {
      const counted = [{ $set: { crashes: held.webhook.crashes + 1, status: 'processing', updatedAt: '$$NOW' } }];
      return (await webhooks.updateOne(stillHeld([held]), counted, durableWrite)).matchedCount === 1;
    },
    async showProcessing(held) {
      await webhooks.updateMany(
        stillHeld(held),
        [{ $set: { status: 'processing', updatedAt: '$$NOW' } }],
        durableWrite,
      );
    },
  };
}

/** The order that those with the same key keep. */
export function sameOrder({ provider, integrationId, orderingKey }: IntegrationWebhookFields) {
  return { provider, integrationId, orderingKey };
}
