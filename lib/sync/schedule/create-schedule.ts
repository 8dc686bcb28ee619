import type { IntegrationModels } from '../../../schemas/models.js';
import { createDueIntegrations } from './due-integrations.js';
import { createDueTick, type DueTickParts } from './due-tick.js';
import { createWakeRuns, type WakeRuns, type WakeRunsParts } from './wake-runs.js';

export interface ScheduleParts extends Omit<DueTickParts, 'due'>, Omit<WakeRunsParts, 'model'> {
  readonly models: Pick<IntegrationModels, 'Integration' | 'IntegrationSyncRun'>;
}

/** What begins syncs, and keeps them going. */
export interface Schedule {
  /** The body of the job `integrations.sync-due`. Any number of processes may be at it. */
  tick(signal: AbortSignal): Promise<void>;
  readonly wakeRuns: WakeRuns;
  serverTime(): Promise<Date>;
}

export function createSchedule(parts: ScheduleParts): Schedule {
  const due = createDueIntegrations(parts.models.Integration);
  const beginDue = createDueTick({ ...parts, due });
  const wakeRuns = createWakeRuns({ ...parts, model: parts.models.IntegrationSyncRun });
  return {
    wakeRuns,
    serverTime: () => due.serverTime(),
    async tick(signal) {
      const now = await due.serverTime();
      await beginDue(now, signal);
      await wakeRuns.wakeAll(now, signal);
    },
  };
}
