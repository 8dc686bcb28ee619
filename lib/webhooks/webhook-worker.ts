import { randomUUID } from 'node:crypto';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import { moment, type Moment } from '../idempotency/lease.js';
import { longestTimerMs } from '../requests/longest-timer.js';
import type { WebhookSettings } from '../types/webhook-settings.js';
import { withinTime } from '../within-time.js';
import type { WebhookWork } from './webhook-work.js';

/** Handles webhooks in this process, and tells others of what it does not. */
export interface WebhookWorker {
  /**
   * The token for a webhook that this process will handle as soon as it is stored; null: it is for others, because that
   * is what was asked for, or as much waits here as should.
   */
  admit(): string | null;
  /** Handles it; called once for each admitted token, when it is stored (null: it was not stored after all). */
  take(token: string, webhook: IntegrationWebhookFields | null): void;
  /** Tells whoever runs jobs that there is something to do; never rejects. */
  wake(): void;
  /** Hands back what has not begun, and waits for what runs: so long, then for what came of it to be written. */
  stop(options: { readonly graceMs: number }): Promise<void>;
}

export interface WorkerParts {
  readonly work: Pick<WebhookWork, 'pool' | 'holdings' | 'stop'>;
  readonly wake: () => void;
  readonly settings: Pick<WebhookSettings, 'processIn' | 'concurrency'>;
  /** Whether this process runs jobs at all. */
  readonly runsJobs: boolean;
  /** Whether the instance was started, and not stopped since. */
  readonly isStarted: () => boolean;
}

/** For each that runs, so many may wait in this process: others would be idle, and a crash delays those that wait. */
const waitingForEach = 10;
const mostBytes = 32 * 1024 * 1024;

export function createWebhookWorker({ work, wake, settings, runsJobs, isStarted }: WorkerParts): WebhookWorker {
  const { pool, holdings } = work;
  const admitted = new Map<string, Moment>();
  const handlesHere = settings.processIn === 'receiver' && runsJobs;
  const most = settings.concurrency * (1 + waitingForEach);

  function hasRoom(): boolean {
    return holdings.count() + admitted.size < most && holdings.bytes() < mostBytes;
  }

  return {
    wake,
    admit() {
      if (!handlesHere || !isStarted() || !pool.isOpen() || !hasRoom()) return null;
      const token = randomUUID();
      admitted.set(token, moment());
      return token;
    },
    take(token, webhook) {
      const since = admitted.get(token);
      admitted.delete(token);
      if (webhook !== null && since !== undefined) pool.add({ webhook, token }, since);
    },
    async stop({ graceMs }) {
      await withinTime(work.stop(graceMs), Math.min(2 * graceMs, longestTimerMs), undefined);
    },
  };
}
