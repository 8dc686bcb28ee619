import { moment, msSince, type Moment } from '../idempotency/lease.js';
import type { HeldWebhook, WebhookLeases } from './webhook-leases.js';

/** What this process holds, renewed while it does. */
export interface HeldWebhooks {
  /** @param since When the lease was asked for. */
  add(held: HeldWebhook, since: Moment): void;
  remove(held: HeldWebhook): void;
  /** Whether the lease holds for all that is known here: another process may have it, where this one stood still. */
  surelyHolds(held: HeldWebhook): boolean;
  /** Asks. */
  holds(held: HeldWebhook): Promise<boolean>;
  count(): number;
  /** Of all bodies together. */
  bytes(): number;
  /** Renews no longer. */
  stop(): void;
}

interface Holding {
  readonly bytes: number;
  confirmed: Moment;
}

export function createHeldWebhooks(leases: Pick<WebhookLeases, 'renew'>, leaseMs: number): HeldWebhooks {
  const holdings = new Map<HeldWebhook, Holding>();
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function remove(held: HeldWebhook): void {
    bytes -= holdings.get(held)?.bytes ?? 0;
    holdings.delete(held);
  }

  const renew = createRenewal(leases, holdings, remove);

  // In the last third nobody relies on it without asking.
  function surelyHolds(held: HeldWebhook): boolean {
    const holding = holdings.get(held);
    return holding !== undefined && msSince(holding.confirmed) < (leaseMs * 2) / 3;
  }

  return {
    remove,
    add(held, since) {
      const size = bytesOf(held);
      bytes += size;
      holdings.set(held, { bytes: size, confirmed: since });
      // A database that is away is asked again in a while.
      timer ??= setInterval(() => void renew().catch(() => undefined), leaseMs / 3).unref();
    },
    async holds(held) {
      await renew().catch(() => undefined);
      return surelyHolds(held);
    },
    surelyHolds,
    count: () => holdings.size,
    bytes: () => bytes,
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** Renews all at once, once at a time; what is lost is removed. */
function createRenewal(
  leases: Pick<WebhookLeases, 'renew'>,
  holdings: ReadonlyMap<HeldWebhook, Holding>,
  remove: (held: HeldWebhook) => void,
): () => Promise<void> {
  let renewal: Promise<void> | null = null;

  async function renewAll(): Promise<void> {
    const all = [...holdings.keys()];
    if (all.length === 0) return;
    const asked = moment();
    const still = await leases.renew(all);
    for (const held of all) {
      const holding = holdings.get(held);
      if (!still.has(held)) remove(held);
      else if (holding !== undefined) holding.confirmed = asked;
    }
  }

  return () => (renewal ??= renewAll().finally(() => (renewal = null)));
}

function bytesOf({ webhook: { payload } }: HeldWebhook): number {
  return typeof payload === 'string' ? payload.length : payload.length();
}
