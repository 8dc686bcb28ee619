import { randomUUID } from 'node:crypto';
import type { LoggerLike } from '../types/logger.js';
import { moment, type Moment } from '../idempotency/lease.js';
import { persevere } from '../persevere.js';
import { createWebhookChains, type WebhookChains } from './webhook-chains.js';
import type { HeldWebhook } from './webhook-leases.js';
import type { WebhookOrder } from './webhook-order.js';

/** Sees to it that webhooks with the same ordering key are handled one after the other. */
export interface WebhookTurns {
  /** Whether it may be handled as soon as there is room; else it is given to `onTurn` when it is its turn. */
  enter(held: HeldWebhook): boolean;
  /** The one to be handled instead of it: itself as a rule; null: it has to wait for one that another process has. */
  begin(held: HeldWebhook): HeldWebhook | Promise<HeldWebhook | null>;
  /** It is no longer held. */
  skip(held: HeldWebhook): void;
  /** What came of it is written: the next one may begin. */
  end(held: HeldWebhook, isOver: boolean): Promise<void>;
  /** Takes away all that wait for others of this process. */
  takeWaiting(): readonly HeldWebhook[];
}

export interface TurnParts {
  readonly order: WebhookOrder;
  /** Called with what is in front now; `since`: when it was taken, if it was. */
  readonly onTurn: (held: HeldWebhook, since: Moment | null) => void;
  /** Called with what this process no longer holds. */
  readonly onLeft: (held: HeldWebhook) => void;
  /** Whether this process may take further ones. */
  readonly mayTake: () => boolean;
  /** Called when one could be taken by others. */
  readonly onFreed: () => void;
  readonly logger: Pick<LoggerLike, 'error'>;
}

interface Tools extends TurnParts {
  readonly chains: WebhookChains;
}

export function createWebhookTurns(parts: TurnParts): WebhookTurns {
  const chains = createWebhookChains();
  const tools: Tools = { ...parts, chains };
  return {
    enter: (held) => held.webhook.orderingKey === null || chains.enter(held),
    begin: (held) => (held.webhook.orderingKey === null ? held : begin(tools, chains.front(held))),
    skip: (held) => skip(tools, held),
    async end(held, isOver) {
      if (held.webhook.orderingKey === null) return;
      try {
        goOn(tools, held);
        // Another process may have put behind one that came before those that are here.
        if (isOver) await takeNext(tools, held);
      } catch (error) {
        parts.logger.error('The next webhook could not be taken: it waits for its time.', { error });
      }
    },
    takeWaiting: () => chains.takeWaiting(),
  };
}

async function begin(tools: Tools, front: HeldWebhook): Promise<HeldWebhook | null> {
  const { order, chains, onLeft, logger } = tools;
  try {
    const turn = await persevere(() => order.takeTurn(front));
    if (turn.kind === 'mine') return front;
    if (turn.kind === 'blocked') await giveWay(tools, front, turn.until);
    else skip(tools, front);
  } catch (error) {
    logger.error('It could not be told whose turn it is: webhooks wait until their leases end.', { error });
    for (const one of chains.dissolve(front)) onLeft(one);
  }
  return null;
}

function skip(tools: Tools, held: HeldWebhook): void {
  tools.onLeft(held);
  goOn(tools, held);
}

function goOn({ chains, onTurn }: Tools, held: HeldWebhook): void {
  const next = chains.next(held);
  if (next !== null) onTurn(next, null);
}

async function giveWay({ order, chains, onTurn, onLeft, mayTake }: Tools, held: HeldWebhook, until: Date) {
  const all = chains.dissolve(held);
  await persevere(() => order.putBehind(all, until));
  for (const one of all) onLeft(one);
  // What stood before it may have ended before it was put behind, and told nobody.
  const since = moment();
  const again = mayTake() ? await order.retake(held.webhook, randomUUID()) : null;
  if (again !== null) onTurn(again, since);
}

async function takeNext({ order, onTurn, onFreed, mayTake }: Tools, { webhook }: HeldWebhook): Promise<void> {
  if (!mayTake()) {
    await order.freeNext(webhook);
    onFreed();
    return;
  }
  const since = moment();
  const next = await order.takeNext(webhook, randomUUID());
  if (next !== null) onTurn(next, since);
}
