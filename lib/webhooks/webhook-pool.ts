import type { Moment } from '../idempotency/lease.js';
import { persevere } from '../persevere.js';
import type { ResultBuffer } from '../result-buffer.js';
import type { LoggerLike } from '../types/logger.js';
import type { WebhookHandling } from './handle-webhook.js';
import type { HeldWebhooks } from './held-webhooks.js';
import { createLanes } from './lanes.js';
import { mustRunAlone } from './suspects.js';
import type { HeldWebhook, WebhookLeases } from './webhook-leases.js';
import type { WebhookResult } from './webhook-result.js';
import type { WebhookTurns } from './webhook-turns.js';

export interface PoolParts {
  readonly handle: WebhookHandling;
  readonly holdings: HeldWebhooks;
  readonly turns: Pick<WebhookTurns, 'enter' | 'begin' | 'skip' | 'takeWaiting'>;
  readonly results: Pick<ResultBuffer<WebhookResult>, 'add' | 'send' | 'flush'>;
  readonly leases: Pick<WebhookLeases, 'release'>;
  /** Webhooks at once. */
  readonly concurrency: number;
  readonly logger: Pick<LoggerLike, 'warn'>;
}

/** Handles what this process holds, so many at once, first come, first served. */
export interface WebhookPool {
  /** Hands it back instead where the pool is closed. */
  add(held: HeldWebhook, since: Moment): void;
  /** What is in front of its chain now. */
  resume(held: HeldWebhook): void;
  /** Begins nothing any more, and hands back what has not begun; resolves when that is done. */
  close(): Promise<void>;
  open(): void;
  isOpen(): boolean;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

export function createWebhookPool(parts: PoolParts): WebhookPool {
  const { holdings, turns } = parts;
  const handBacks = createHandBacks(parts);
  let isOpen = true;
  const lanes = createLanes({
    atOnce: parts.concurrency,
    mayBegin: () => isOpen,
    needsQuiet: mustRunAlone,
    run: createLane(parts, () => isOpen, handBacks.begin),
  });
  return {
    open: () => void (isOpen = true),
    isOpen: () => isOpen,
    idle: lanes.idle,
    add(held, since) {
      holdings.add(held, since);
      if (!isOpen) handBacks.begin([held]);
      else if (turns.enter(held)) lanes.add(held);
    },
    resume(held) {
      if (isOpen) lanes.add(held);
      else handBacks.begin([held]);
    },
    async close() {
      isOpen = false;
      handBacks.begin([...lanes.takeWaiting(), ...turns.takeWaiting()]);
      await handBacks.done();
    },
  };
}

/** Results are written together: that of a webhook waits for others so long at most. */
const lingerMs = 20;

/** Handles one, if it is still held and it is its turn. */
function createLane(
  { holdings, turns, handle, results }: PoolParts,
  isOpen: () => boolean,
  handBack: (held: readonly HeldWebhook[]) => void,
): (held: HeldWebhook) => Promise<void> {
  let linger: NodeJS.Timeout | undefined;

  function send(): void {
    clearTimeout(linger);
    linger = undefined;
    results.send();
  }

  return async (given) => {
    if (!holdings.surelyHolds(given) && !(await holdings.holds(given))) {
      turns.skip(given);
      return;
    }
    const held = await turns.begin(given);
    if (held === null) return;
    if (!isOpen()) {
      handBack([held]);
      return;
    }
    const isAlone = mustRunAlone(held);
    // What has ended is not to be taken for what a process died of, nor to be repeated if it does.
    if (isAlone) await results.flush();
    const result = await handle(held);
    const isTaken = results.add(result);
    if (isTaken !== null) await isTaken;
    if (isAlone) await results.flush();
    else if (isUrgent(result)) send();
    else linger ??= setTimeout(send, lingerMs);
  };
}

/** Others wait for it, or it is to be seen soon. */
function isUrgent({ held, outcome }: WebhookResult): boolean {
  return held.webhook.orderingKey !== null || outcome.kind !== 'success';
}

function createHandBacks({ leases, holdings, logger }: PoolParts) {
  const underWay = new Set<Promise<void>>();

  async function handBack(held: readonly HeldWebhook[]): Promise<void> {
    try {
      await persevere(() => leases.release(held, 0));
    } catch (error) {
      logger.warn('Webhooks could not be handed back: they wait until their leases end.', { error });
    }
    for (const one of held) holdings.remove(one);
  }

  return {
    begin(held: readonly HeldWebhook[]): void {
      if (held.length === 0) return;
      const done = handBack(held).finally(() => underWay.delete(done));
      underWay.add(done);
    },
    async done(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
