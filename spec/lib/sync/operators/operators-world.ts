import { createMissingItems } from '../../../../lib/sync/missing/create-missing-items.js';
import { createSyncOperators } from '../../../../lib/sync/operators/create-sync-operators.js';
import { createSchedule } from '../../../../lib/sync/schedule/create-schedule.js';
import { progressOf } from '../../../../lib/sync/runs/progress.js';
import { createRunItems } from '../../../../lib/sync/runs/run-totals.js';
import { useSyncWorld } from '../sync-world.js';

/** A world with the operators' service over it. */
export function useOperators() {
  const world = useSyncWorld();
  return {
    world,
    operators() {
      const { models, runs, batches, integrations } = world.get();
      const registry = integrations.providers;
      const shared = { models, runs, batches, registry, jobs: world.queue, logger: world.logger };
      const settings = { jitter: 0, maxMissingShare: 0.2 };
      const progress = { store: runs, batches, items: createRunItems(models.IntegrationSyncItem) };
      return createSyncOperators({
        ...shared,
        schedule: createSchedule({ ...shared, settings, listensTo: () => true }),
        missing: createMissingItems({ ...shared, settings, events: { emit: () => undefined } }),
        progressOf: (runId) => progressOf(progress, runId),
        // The specs of waiting have an instance.
        waitFor: () => Promise.reject(new Error('Nobody runs these syncs.')),
      });
    },
  };
}
