import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import { sameOrder, type HeldWebhook } from './webhook-leases.js';

/** The webhooks of this process that share an ordering key: one is in front, the others wait behind it, in order. */
export interface WebhookChains {
  /** Whether it is in front. */
  enter(held: HeldWebhook): boolean;
  /** Whoever is first of those that are here goes in front; it must not have begun. */
  front(held: HeldWebhook): HeldWebhook;
  /** The front is done: the next one in its place, which is in front now; null: there is none. */
  next(held: HeldWebhook): HeldWebhook | null;
  /** Ends the chain; what comes back are all that were in it. */
  dissolve(held: HeldWebhook): readonly HeldWebhook[];
  /** Takes away all that wait behind others. */
  takeWaiting(): readonly HeldWebhook[];
}

interface Chain {
  front: HeldWebhook;
  readonly behind: HeldWebhook[];
}

export function createWebhookChains(): WebhookChains {
  const chains = new Map<string, Chain>();

  function chainOf({ webhook }: HeldWebhook): Chain | undefined {
    return chains.get(keyOf(webhook));
  }

  return {
    enter(held) {
      const chain = chainOf(held);
      if (chain === undefined) chains.set(keyOf(held.webhook), { front: held, behind: [] });
      else insert(chain.behind, held);
      return chain === undefined;
    },
    front(held) {
      const chain = chainOf(held);
      const [second] = chain?.behind ?? [];
      if (chain === undefined || second === undefined || !isBefore(second, held)) return held;
      chain.behind.shift();
      insert(chain.behind, held);
      chain.front = second;
      return second;
    },
    next(held) {
      const chain = chainOf(held);
      if (chain?.front !== held) return null;
      const next = chain.behind.shift() ?? null;
      if (next === null) chains.delete(keyOf(held.webhook));
      else chain.front = next;
      return next;
    },
    dissolve(held) {
      const chain = chainOf(held);
      if (chain?.front !== held) return [held];
      chains.delete(keyOf(held.webhook));
      return [held, ...chain.behind];
    },
    takeWaiting: () => [...chains.values()].flatMap(({ behind }) => behind.splice(0)),
  };
}

/** They come nearly in order. */
function insert(behind: HeldWebhook[], held: HeldWebhook): void {
  const index = behind.findLastIndex((other) => !isBefore(held, other));
  behind.splice(index + 1, 0, held);
}

/** Whether one comes before the other, by when they were received. */
export function isBefore({ webhook: one }: HeldWebhook, { webhook: other }: HeldWebhook): boolean {
  const ms = one.createdAt.getTime() - other.createdAt.getTime();
  return ms < 0 || (ms === 0 && one._id.toHexString() < other._id.toHexString());
}

function keyOf(webhook: IntegrationWebhookFields): string {
  const { provider, integrationId, orderingKey } = sameOrder(webhook);
  return JSON.stringify([provider, integrationId?.toHexString() ?? null, orderingKey]);
}
