import { setTimeout as sleep } from 'node:timers/promises';
import type { Types } from 'mongoose';
import type { LoggerLike } from '../types/logger.js';
import { minuteMs } from '../time-units.js';
import { withinTime } from '../within-time.js';
import { reasonOf } from './database-unavailable.js';

/** What became of a write, to be stored. */
export interface Settlement {
  readonly integrationId: Types.ObjectId;
  readonly requestId: Types.ObjectId;
  readonly outcome: 'completed' | 'released' | 'unknown';
  /** Stores it; may be repeated. */
  readonly store: () => Promise<unknown>;
  /** Called where it cannot be stored. */
  readonly giveUp?: () => void;
}

/** Stores what became of writes, however long the database is away. */
export interface Settlements {
  /** Resolves when it is stored, or after two seconds, when it is tried on without anybody waiting. Never rejects. */
  settle(settlement: Settlement): Promise<void>;
  /** Resolves when all is stored, or after five seconds; what is not, is given up. Never rejects. */
  stop(): Promise<void>;
}

const longestWaitMs = 2_000;
const longestStopMs = 5_000;
/** What takes longer is repeated: the connection may be dead without saying so. */
const longestReplyMs = 10_000;
const longestPauseMs = 1_000;
/** From then on the write is left to what its lease says of it: unknown. */
const patienceMs = 5 * minuteMs;

export function createSettlements(logger: LoggerLike): Settlements {
  const pending = new Set<Promise<void>>();
  let stopping = new AbortController();

  async function tryOn(settlement: Settlement, givenUp: AbortSignal): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (let tries = 1; ; tries += 1) {
      const failure = await failureOf(settlement);
      if (failure === null) return;
      const isOver = givenUp.aborted || performance.now() > deadline;
      if (isOver || tries === 1) report(settlement, failure, isOver);
      if (isOver) {
        settlement.giveUp?.();
        return;
      }
      // Unreferenced, like the rest of this: no reason to keep a process alive that did not stop the instance.
      await sleep(Math.min(longestPauseMs, 25 * 2 ** tries), undefined, { ref: false });
    }
  }

  function report({ integrationId, requestId, outcome }: Settlement, reason: string, isOver: boolean): void {
    const facts = { integrationId: integrationId.toHexString(), requestId: requestId.toHexString(), outcome, reason };
    if (isOver) logger.error('What became of a write could not be stored: it will count as unknown.', facts);
    else logger.warn('What became of a write could not be stored yet.', facts);
  }

  return {
    async settle(settlement) {
      const stored = tryOn(settlement, stopping.signal).finally(() => pending.delete(stored));
      pending.add(stored);
      await withinTime(stored, longestWaitMs, undefined);
    },
    async stop() {
      await withinTime(Promise.all(pending), longestStopMs, null);
      stopping.abort();
      stopping = new AbortController();
    },
  };
}

/** Why it could not be stored; null: it is. */
async function failureOf({ store }: Settlement): Promise<string | null> {
  try {
    return await withinTime(
      store().then(() => null),
      longestReplyMs,
      'no reply',
    );
  } catch (error) {
    return reasonOf(error);
  }
}
