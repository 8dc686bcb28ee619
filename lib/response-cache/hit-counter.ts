import { Types } from 'mongoose';
import type { IntegrationRequestModel } from '../../schemas/integration-request.js';
import { createJoinedRuns } from '../circuit/joined-runs.js';
import type { LoggerLike } from '../types/logger.js';
import { withinTime } from '../within-time.js';

/** What is counted on the request that fetched a response. */
export type HitKind = 'cacheHits' | 'staleHits';

/** Counts how often responses were served again; nobody waits for it. */
export interface HitCounter {
  count(requestId: Types.ObjectId, kind: HitKind): void;
  /** Writes what is counted; gives up after two seconds. Never rejects. */
  flush(): Promise<void>;
}

/** Hits of that time share a write. */
const collectMs = 100;
const flushMs = 2_000;

type Counts = Record<HitKind, number>;

export function createHitCounter(model: IntegrationRequestModel, logger: LoggerLike): HitCounter {
  let pending = new Map<string, Counts>();
  let timer: NodeJS.Timeout | undefined;

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const counted = pending;
    pending = new Map();
    if (counted.size === 0) return;
    try {
      await model.collection.bulkWrite([...counted].map(increment), { ordered: false, writeConcern: { w: 1 } });
    } catch (error) {
      // Not repeated: nobody knows which of them were counted.
      logger.warn('Hits of the response cache could not be counted.', { requests: counted.size, error });
    }
  }

  const run = createJoinedRuns(write);

  return {
    count(requestId, kind) {
      const id = requestId.toHexString();
      const counts = pending.get(id) ?? { cacheHits: 0, staleHits: 0 };
      counts[kind] += 1;
      pending.set(id, counts);
      // No reason to keep a process alive.
      timer ??= setTimeout(() => void run(), collectMs).unref();
    },
    flush: () => withinTime(run(), flushMs, undefined),
  };
}

function increment([id, counts]: readonly [string, Counts]) {
  const $inc = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return { updateOne: { filter: { _id: new Types.ObjectId(id) }, update: { $inc } } };
}
