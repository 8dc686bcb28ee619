import type { Types } from 'mongoose';
import { hasScheduledSync } from '../../../providers/capabilities.js';
import type { AnyProvider } from '../../../providers/contracts.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { IntegrationSyncRunFields } from '../../../schemas/integration-sync-run.js';
import { opinionOf } from '../../failures/opinion-of.js';
import type { JobQueue } from '../../types/job-queue.js';
import type { LoggerLike } from '../../types/logger.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import { syncJobs } from '../job-names.js';
import type { DueIntegration, DueIntegrations } from './due-integrations.js';
import { inGroups } from './in-groups.js';
import { nextSyncAt } from './next-sync-at.js';
import { defaultSchedule, scheduleOf, type DefaultSchedule } from './schedule-of.js';

/** Begins runs: of two at once for an integration, one. */
export interface RunBeginner {
  begin(
    integration: Pick<DueIntegration, '_id' | 'provider'>,
    order: Pick<IntegrationSyncRunFields, 'mode' | 'trigger'>,
  ): Promise<{ readonly run: Pick<IntegrationSyncRunFields, '_id'>; readonly isNew: boolean }>;
}

export interface DueTickParts {
  readonly due: DueIntegrations;
  readonly registry: Pick<ProviderRegistry, 'registered' | 'find'>;
  readonly settings: Pick<SyncSettings, 'jitter'>;
  readonly runs: RunBeginner;
  readonly jobs: JobQueue;
  readonly logger: LoggerLike;
  /** Whether this process handles items of one of these kinds; without an argument: of any kind. */
  readonly listensTo: (eventClasses?: readonly string[]) => boolean;
}

const pageSize = 200;
/** For each provider and way to be due, so that none keeps the others waiting. */
const pagesAtMost = 5;
const retryMs = 60_000;

/** One tick, as far as a provider's integrations go. */
interface Round {
  readonly provider: DefaultSchedule;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/**
 * Begins a run of every integration that is due, in this order: the run is stored, `nextSyncAt` moves on, the job that
 * drives the run is enqueued. A process that dies in between leaves an integration that is still due, whose run is
 * found to be under way next time, or a run that nobody drives, which the repair finds.
 */
export function createDueTick(parts: DueTickParts): (now: Date, signal: AbortSignal) => Promise<void> {
  const { due, registry, listensTo } = parts;
  const visit = createVisit(parts);

  return async (now, signal) => {
    for (const key of registry.registered()) {
      const provider = registry.find(key)?.provider;
      if (provider === undefined || !hasScheduledSync(provider) || !listensTo(eventsOf(provider))) continue;
      const hasDefault = defaultSchedule(provider) !== null;
      for (const page of due.pages({ provider: key, hasDefault, now }, pageSize)) {
        await visitAll(page, { provider, now, signal });
      }
    }
  };

  async function visitAll(page: () => Promise<Types.ObjectId[]>, round: Round): Promise<void> {
    for (let read = 1; read <= pagesAtMost && !round.signal.aborted; read += 1) {
      const ids = await page();
      let moved = 0;
      await inGroups(ids, async (id) => {
        if (await visit(id, round)) moved += 1;
      });
      // What has moved is not found again.
      if (ids.length < pageSize || moved === 0) return;
    }
  }
}

/** The events that a provider says it dispatches; undefined: it does not say. */
function eventsOf(provider: AnyProvider): readonly string[] | undefined {
  return opinionOf(() => provider.syncItemEvents?.()) ?? undefined;
}

/** Makes what looks at a single integration: it resolves to whether that is not due any more. */
function createVisit({ due, settings, runs, jobs, logger }: DueTickParts) {
  return async (id: Types.ObjectId, { provider, now }: Round): Promise<boolean> => {
    // Again, because another process may have begun, and ended, its run since the page was read.
    const integration = await due.read(id, now);
    if (integration === null) return true;
    const next = nextSyncAt({ integration, provider, settings, now });
    if (next === null) return integration.nextSyncAt !== null && (await due.move(integration, null));
    // Who asks for a time of day does not mean the moment at which the integration was made.
    const isFirstByCron = integration.nextSyncAt === null && scheduleOf(integration, provider)?.kind === 'cron';
    if (isFirstByCron) return due.move(integration, next);
    const runId = await begin(integration, next, now);
    if (runId !== null) await jobs.enqueue(syncJobs.run, { runId }, { unlessWaiting: true });
    return true;
  };

  /** The id of a new run; null where one is under way, or none could be begun. */
  async function begin(integration: DueIntegration, next: Date, now: Date): Promise<string | null> {
    try {
      const { run, isNew } = await runs.begin(integration, { mode: 'incremental', trigger: 'schedule' });
      await due.move(integration, next);
      return isNew ? run._id.toHexString() : null;
    } catch (error) {
      // Without a database this fails too, and the integration stays due.
      await due.move(integration, new Date(now.getTime() + retryMs));
      const facts = { integrationId: integration._id.toHexString(), error };
      logger.error('A sync that was due could not begin, and is tried again in a minute.', facts);
      return null;
    }
  }
}
