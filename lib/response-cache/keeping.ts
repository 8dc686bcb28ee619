import type { CacheSettings } from '../options.js';
import { createRecentValues } from '../recent-values.js';
import type { Landing, Remembered } from './flights.js';
import type { TakenPayload } from './payload-intake.js';
import type { PayloadSealing } from './payload-sealing.js';
import type { ResponseContent } from './response-queries.js';
import type { ResponseStore } from './response-store.js';
import { answeredValidators } from './revalidation.js';
import type { OpenedResponse } from './serving.js';
import type { Visit } from './visit.js';

/** What a successful fetch brought. */
export interface Fetched {
  /** What the other API was asked to confirm; null: nothing. */
  readonly confirmed: OpenedResponse | null;
  readonly taken: TakenPayload;
}

/** Keeps what was fetched. */
export interface Keeping {
  keep(visit: Visit, token: string | null, fetched: Fetched): Promise<Landing>;
  /** Whether the last response of that id could not be stored: nobody should wait for the next one. */
  isFutile(id: string): boolean;
}

export interface KeepingParts {
  readonly store: ResponseStore;
  readonly sealing: PayloadSealing;
  readonly settings: Pick<CacheSettings, 'revalidateSeconds'>;
}

const futileMs = 60_000;
const mostFutile = 1_000;

export function createKeeping({ store, sealing, settings }: KeepingParts): Keeping {
  /** By the monotonic clock. */
  const futileUntil = createRecentValues<number>(mostFutile);

  async function write(
    { plan }: Visit,
    token: string | null,
    content: ResponseContent,
    remembered: Remembered,
  ): Promise<Landing> {
    const shared: Landing = { kind: 'shared', remembered };
    if (token === null) return shared;
    const revalidateMs = content.validators === null ? 0 : settings.revalidateSeconds * 1_000;
    const keepMs = Math.max(plan.staleMs, revalidateMs);
    const isStored = await store.store(plan.id, token, content, { ttl: plan.ttl, keepMs });
    // Forgotten while it was fetched: whoever asked since then must not get it.
    return isStored === false ? { kind: 'void' } : shared;
  }

  return {
    isFutile: (id) => (futileUntil.get(id) ?? -Infinity) > performance.now(),
    async keep(visit, token, { confirmed, taken }) {
      const { call, plan, known } = visit;
      const validators = answeredValidators(call, known?.validators ?? null);
      if (call.isConfirmed && confirmed !== null) {
        const { bytes, requestId } = confirmed;
        return write(visit, token, { validators }, { bytes, requestId });
      }
      const { bytes } = taken;
      taken.warn();
      if (bytes === null) {
        futileUntil.set(plan.id, performance.now() + futileMs);
        if (token !== null) await store.release(plan.id, token, {});
        return { kind: 'unshared' };
      }
      const requestId = call.id;
      const payload = await sealing.close(call, plan.id, bytes);
      return write(visit, token, { ...payload, validators, requestId, tags: plan.tags }, { bytes, requestId });
    },
  };
}
