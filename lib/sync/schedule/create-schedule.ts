import type { IntegrationModels } from '../../../schemas/models.js';
import { createDueIntegrations } from './due-integrations.js';
import { createDueTick, type DueSync, type DueTickParts } from './due-tick.js';
import { createWakeRuns, type WakeRuns, type WakeRunsParts } from './wake-runs.js';

export interface BeginDueOptions {
  /** Finds what is due, and writes nothing. Default false. */
  readonly dryRun?: boolean;
  /** Ends it after what is being begun. */
  readonly signal?: AbortSignal;
}

export interface ScheduleParts extends Omit<DueTickParts, 'due'>, Omit<WakeRunsParts, 'model'> {
  readonly models: Pick<IntegrationModels, 'Integration' | 'IntegrationSyncRun'>;
}

/** What begins syncs, and keeps them going. */
export interface Schedule {
  /** The body of the job `integrations.sync-due`. Any number of processes may be at it. */
  tick(signal: AbortSignal): Promise<void>;
  /** Begins all that is due, whether or not this process handles items. */
  beginDue(options: BeginDueOptions): Promise<DueSync[]>;
  readonly wakeRuns: WakeRuns;
  serverTime(): Promise<Date>;
}

export function createSchedule(parts: ScheduleParts): Schedule {
  const due = createDueIntegrations(parts.models.Integration);
  const beginDue = createDueTick({ ...parts, due });
  const beginAll = createDueTick({ ...parts, due, listensTo: () => true });
  const wakeRuns = createWakeRuns({ ...parts, model: parts.models.IntegrationSyncRun });
  return {
    wakeRuns,
    serverTime: () => due.serverTime(),
    async tick(signal) {
      const now = await due.serverTime();
      await beginDue(now, { signal });
      await wakeRuns.wakeAll(now, signal);
    },
    async beginDue({ dryRun = false, signal = new AbortController().signal }) {
      const found: DueSync[] = [];
      const onDue = (sync: DueSync): void => void found.push(sync);
      await beginAll(await due.serverTime(), { signal, isWhole: true, isDry: dryRun, onDue });
      return found;
    },
  };
}
