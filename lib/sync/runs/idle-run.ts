import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import { durableWrite } from '../../durable-write.js';
import type { RunLog } from './run-log.js';
import type { ClaimedRun, RunStore } from './run-store.js';
import type { RunItems } from './run-totals.js';

export interface IdleRunParts {
  readonly models: Pick<IntegrationModels, 'IntegrationSyncItem' | 'IntegrationSyncBatch' | 'IntegrationSyncRun'>;
  readonly store: Pick<RunStore, 'release' | 'putOff' | 'settle'>;
  readonly items: Pick<RunItems, 'stored'>;
  readonly log: Pick<RunLog, 'skip'>;
}

/** Why a run cannot be driven on, here and now. */
export interface Obstacle {
  /** Null: it is gone. */
  readonly integration: IntegrationDocument | null;
  readonly reason: string;
  /** Another process may do better: one of a newer deployment, say. Default false. */
  readonly isOurs?: boolean;
}

/** Runs that cannot be driven on. */
export interface IdleRuns {
  /** Hands back what was claimed, or ends it where nothing is lost by it. */
  leave(run: ClaimedRun, obstacle: Obstacle): Promise<void>;
}

/** Until the integration is switched on again, or a process knows its provider. */
const waitMs = 60_000;
/** Until another process takes a run that this one cannot begin. */
const handOnMs = 2_000;
const nothing = { outcome: 'cancelled', succeeded: 0, failed: 0, skipped: 0, nextCursor: null } as const;

export function createIdleRuns({ models, store, items, log }: IdleRunParts): IdleRuns {
  /** As the deletion of the integration would have done, had it been there in time. */
  async function forget({ _id }: ClaimedRun): Promise<void> {
    await models.IntegrationSyncBatch.collection.deleteMany({ syncLogId: _id }, durableWrite);
    await models.IntegrationSyncItem.collection.deleteMany({ syncLogId: _id }, durableWrite);
    await models.IntegrationSyncRun.collection.deleteOne({ _id }, durableWrite);
  }

  return {
    async leave(run, { integration, reason, isOurs = false }) {
      if (integration === null) return forget(run);
      const isBegun = run.phase !== 'listing' || (await items.stored(run._id)) > 0;
      if (isBegun) {
        await store.release(run, waitMs);
        return;
      }
      // Until the window ends in which a run can be put off: then nobody will.
      if (isOurs && (await store.putOff(run, handOnMs)) !== null) return;
      await log.skip(integration, run, reason);
      await store.settle(run, nothing);
    },
  };
}
