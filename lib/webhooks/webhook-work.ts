import type { IntegrationModels } from '../../schemas/models.js';
import { instanceStopped } from '../requests/call-gate.js';
import { createResultBuffer } from '../result-buffer.js';
import { createRunningAttempts } from '../running-attempts.js';
import type { LoggerLike } from '../types/logger.js';
import type { WebhookSettings } from '../types/webhook-settings.js';
import type { Alarm } from './alarm.js';
import { createWebhookHandling, webhookTimedOut, type HandlerParts } from './handle-webhook.js';
import { createHeldWebhooks, type HeldWebhooks } from './held-webhooks.js';
import type { WebhookCollection } from './inbox.js';
import { createWebhookAcks } from './webhook-acks.js';
import type { WebhookAttempt } from './webhook-attempt.js';
import { createWebhookLeases, type HeldWebhook, type WebhookLeases } from './webhook-leases.js';
import { createWebhookOrder } from './webhook-order.js';
import { createWebhookPool, type WebhookPool } from './webhook-pool.js';
import type { WebhookResult } from './webhook-result.js';
import { createWebhookTurns, type WebhookTurns } from './webhook-turns.js';
import { writeWebhookResults, type ResultWriterParts } from './write-webhook-results.js';

export interface WorkParts
  extends
    Omit<HandlerParts, 'leases' | 'running' | 'isStopping' | 'logger'>,
    Pick<ResultWriterParts, 'log' | 'events'> {
  readonly webhooks: WebhookCollection;
  readonly models: Pick<IntegrationModels, 'IntegrationWebhook'>;
  readonly settings: Pick<WebhookSettings, 'leaseSeconds' | 'concurrency' | 'handlerTimeoutSeconds'>;
  readonly alarm: Alarm;
  /** Tells whoever runs jobs that there is something to do. */
  readonly wake: () => void;
  readonly logger: Pick<LoggerLike, 'warn' | 'error'>;
}

/** The handling of webhooks in this process. */
export interface WebhookWork {
  readonly leases: WebhookLeases;
  readonly pool: WebhookPool;
  readonly holdings: Pick<HeldWebhooks, 'count' | 'bytes'>;
  /** Resolves when nothing runs, and what came of all is written; logs are given up that take longer. */
  settled(graceMs: number): Promise<void>;
  /** Hands back what has not begun; what runs may take so long, then it is handed back as well. */
  stop(graceMs: number): Promise<void>;
  /** Resolves when all is handed back that came too late. */
  handedBack(): Promise<void>;
  start(): void;
}

/** After which a webhook shows that it is being handled. */
const slowMs = 2_000;

export function createWebhookWork(parts: WorkParts): WebhookWork {
  const { webhooks, settings, alarm, wake, logger } = parts;
  const leaseMs = settings.leaseSeconds * 1_000;
  const leases = createWebhookLeases(webhooks, leaseMs);
  const holdings = createHeldWebhooks(leases, leaseMs);
  const running = createRunningAttempts<WebhookAttempt>(settings.handlerTimeoutSeconds * 1_000, webhookTimedOut);
  const turns = createWebhookTurns({
    order: createWebhookOrder(webhooks, leaseMs),
    onTurn: (held, since) => (since === null ? pool.resume(held) : pool.add(held, since)),
    onLeft: holdings.remove,
    mayTake: () => pool.isOpen(),
    onFreed: wake,
    logger,
  });
  const results = createResultBuffer<WebhookResult>(writer(parts, { holdings, turns, alarm }));
  const handle = createWebhookHandling({ ...parts, leases, running, isStopping: () => !pool.isOpen() });
  const pool: WebhookPool = createWebhookPool({ ...parts, ...settings, handle, holdings, turns, results, leases });
  const slow = watchSlow(() => running.takeSlow(slowMs).map(({ held }) => held), leases);

  async function settled(graceMs: number): Promise<void> {
    await pool.idle();
    await results.flush();
    await parts.log.flush({ timeoutMs: graceMs });
  }

  return {
    ...{ leases, pool, holdings, settled, handedBack: pool.close },
    start() {
      pool.open();
      slow.start();
    },
    async stop(graceMs) {
      const closed = pool.close();
      running.stop(instanceStopped(), graceMs);
      await settled(graceMs);
      await closed;
      slow.stop();
      alarm.stop();
      holdings.stop();
    },
  };
}

interface Written {
  readonly holdings: HeldWebhooks;
  readonly turns: WebhookTurns;
  readonly alarm: Alarm;
}

/** Writes what came of webhooks, and lets go of them. Never rejects. */
function writer(parts: WorkParts, { holdings, turns, alarm }: Written) {
  const writing = { ...parts, acks: createWebhookAcks(parts.webhooks), model: parts.models.IntegrationWebhook };
  return async (results: readonly WebhookResult[]): Promise<void> => {
    await writeWebhookResults(writing, results);
    for (const { held, outcome } of results) {
      holdings.remove(held);
      if ('afterMs' in outcome) alarm.at(outcome.afterMs);
    }
    const ordered = results.filter(({ held }) => held.webhook.orderingKey !== null);
    await Promise.all(ordered.map(({ held, outcome }) => turns.end(held, isOver(outcome))));
  };
}

function isOver({ kind }: WebhookResult['outcome']): boolean {
  return kind === 'success' || kind === 'failed' || kind === 'deleted';
}

/** It is a notice: they are held in any case. */
function watchSlow(takeSlow: () => readonly HeldWebhook[], leases: Pick<WebhookLeases, 'showProcessing'>) {
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const slow = takeSlow();
    if (slow.length > 0) leases.showProcessing(slow).catch(() => undefined);
  };
  return {
    start: () => (timer ??= setInterval(look, slowMs / 2).unref()),
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
