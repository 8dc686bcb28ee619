import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { moment } from '../idempotency/lease.js';
import type { JobDefinition } from '../types/job-queue.js';
import type { WebhookSettings } from '../types/webhook-settings.js';
import type { Alarm } from './alarm.js';
import type { WebhookWork } from './webhook-work.js';

export interface ProcessParts {
  readonly work: WebhookWork;
  readonly alarm: Alarm;
  readonly settings: Pick<WebhookSettings, 'concurrency'>;
  readonly wake: () => void;
  /** Whether this process goes on when the job has ended. */
  readonly isStarted: () => boolean;
}

/** Then it makes room for other jobs. */
const longestMs = 15_000;
/** How often it looks whether there is room again, or everything is done. */
const pollMs = 20;
/** Where what this process receives leaves no room, others are taken this often all the same: they would wait for ever. */
const turnMs = 1_000;
/** How long handlers may take to end where the process does not go on. */
const graceMs = 4_000;

/**
 * The body of the job that handles webhooks: takes those that can be handled now, as many as there is room for, until
 * there are none. What runs goes on without it, where the process does.
 */
export function createProcessing(parts: ProcessParts): JobDefinition['run'] {
  const { work, isStarted } = parts;
  return async (_data, { signal }) => {
    if (signal.aborted) return;
    work.start();
    const until = performance.now() + longestMs;
    const isTurn = every(turnMs);
    const mayGoOn = (): boolean => !signal.aborted && work.pool.isOpen();
    while (mayGoOn()) {
      const isTaken = await takeSome(parts, isTurn);
      if (isTaken) continue;
      const isThrough = isStarted() ? isTaken === null : work.holdings.count() === 0;
      if (isThrough) break;
      // Only a process that goes on may leave the rest to another job.
      if (isStarted() && performance.now() > until) break;
      await sleep(pollMs);
    }
    await end(parts, signal);
  };
}

/** Whether it took any; null: none is due; false: there is no room. */
async function takeSome({ work, settings }: ProcessParts, isTurn: () => boolean): Promise<boolean | null> {
  const { pool, leases, holdings } = work;
  // Few wait here: other processes may be idle.
  const { concurrency } = settings;
  const free = 2 * concurrency - holdings.count();
  const room = free > 0 || !isTurn() ? free : concurrency;
  if (room <= 0) return false;
  const since = moment();
  const taken = await leases.claim(randomUUID(), room);
  for (const held of taken) pool.add(held, since);
  return taken.length > 0 ? true : null;
}

/** True for the first one who asks, and then no sooner than so many milliseconds later. */
function every(ms: number): () => boolean {
  let next = 0;
  return () => {
    if (performance.now() < next) return false;
    next = performance.now() + ms;
    return true;
  };
}

/** Whoever is free goes on with what is left. */
async function end({ work, alarm, wake, isStarted }: ProcessParts, signal: AbortSignal): Promise<void> {
  if (!isStarted()) await (signal.aborted ? work.stop(graceMs) : work.settled(graceMs));
  const dueInMs = await work.leases.nextDueInMs();
  if (dueInMs === 0) wake();
  else if (dueInMs !== null) alarm.at(dueInMs);
}
