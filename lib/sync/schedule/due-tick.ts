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

/** What came of an integration that was due. */
export interface DueSync {
  readonly integrationId: string;
  readonly provider: string;
  readonly name: string;
  /**
   * `begun`; `underWay`: it joined a run; `failed`: none could be begun, see the log; `due`: a dry run, it would be
   * begun or join one.
   */
  readonly outcome: 'begun' | 'underWay' | 'failed' | 'due';
  /** Null where there is none. */
  readonly runId: string | null;
}

/** How far a tick goes. */
export interface TickOptions {
  readonly signal: AbortSignal;
  /** All that are due at its beginning; default: a share, because the next tick is soon. */
  readonly isWhole?: boolean;
  /** Nothing is written. */
  readonly isDry?: boolean;
  readonly onDue?: (sync: DueSync) => void;
}

/** One tick, as far as a provider's integrations go. */
interface Round extends TickOptions {
  readonly provider: DefaultSchedule;
  readonly now: Date;
}

/** What looking at an integration came to. */
interface Visit {
  /** It is not due any more. */
  readonly isMoved: boolean;
  readonly sync: DueSync | null;
}

/**
 * Begins a run of every integration that is due, in this order: the run is stored, `nextSyncAt` moves on, the job that
 * drives the run is enqueued. A process that dies in between leaves an integration that is still due, whose run is
 * found to be under way next time, or a run that nobody drives, which the repair finds.
 */
export function createDueTick(parts: DueTickParts): (now: Date, options: TickOptions) => Promise<void> {
  const { due, registry, listensTo } = parts;
  const visit = createVisit(parts);

  return async (now, options) => {
    const limit = options.isWhole === true ? 0 : pageSize;
    for (const key of registry.registered()) {
      const provider = registry.find(key)?.provider;
      if (provider === undefined || !hasScheduledSync(provider) || !listensTo(eventsOf(provider))) continue;
      const hasDefault = defaultSchedule(provider) !== null;
      for (const page of due.pages({ provider: key, hasDefault, now }, limit)) {
        await visitAll(page, { ...options, provider, now });
      }
    }
  };

  async function visitAll(page: () => Promise<Types.ObjectId[]>, round: Round): Promise<void> {
    for (let read = 1; read <= pagesAtMost && !round.signal.aborted; read += 1) {
      const ids = await page();
      let moved = 0;
      await inGroups(ids, async (id) => {
        if (round.signal.aborted) return;
        const { isMoved, sync } = await visit(id, round);
        if (isMoved) moved += 1;
        if (sync !== null) round.onDue?.(sync);
      });
      // What has moved is not found again.
      if (round.isWhole === true || ids.length < pageSize || moved === 0) return;
    }
  }
}

/** The events that a provider says it dispatches; undefined: it does not say. */
function eventsOf(provider: AnyProvider): readonly string[] | undefined {
  return opinionOf(() => provider.syncItemEvents?.()) ?? undefined;
}

/** Makes what looks at a single integration. */
function createVisit({ due, settings, runs, jobs, logger }: DueTickParts) {
  return async (id: Types.ObjectId, { provider, now, isDry = false }: Round): Promise<Visit> => {
    // Again, because another process may have begun, and ended, its run since the page was read.
    const integration = await due.read(id, now);
    if (integration === null) return { isMoved: true, sync: null };
    const move = async (to: Date | null): Promise<Visit> => ({
      isMoved: !isDry && (await due.move(integration, to)),
      sync: null,
    });
    const next = nextSyncAt({ integration, provider, settings, now });
    if (next === null) return integration.nextSyncAt === null ? { isMoved: false, sync: null } : move(null);
    // Who asks for a time of day does not mean the moment at which the integration was made.
    const isFirstByCron = integration.nextSyncAt === null && scheduleOf(integration, provider)?.kind === 'cron';
    if (isFirstByCron) return move(next);
    if (isDry) return { isMoved: false, sync: dueSync(integration, 'due', null) };
    const sync = await begin(integration, next, now);
    const { outcome, runId } = sync;
    if (outcome === 'begun' && runId !== null) await jobs.enqueue(syncJobs.run, { runId }, { unlessWaiting: true });
    return { isMoved: true, sync };
  };

  async function begin(integration: DueIntegration, next: Date, now: Date): Promise<DueSync> {
    try {
      const { run, isNew } = await runs.begin(integration, { mode: 'incremental', trigger: 'schedule' });
      await due.move(integration, next);
      return dueSync(integration, isNew ? 'begun' : 'underWay', run._id.toHexString());
    } catch (error) {
      // Without a database this fails too, and the integration stays due.
      await due.move(integration, new Date(now.getTime() + retryMs));
      const facts = { integrationId: integration._id.toHexString(), error };
      logger.error('A sync that was due could not begin, and is tried again in a minute.', facts);
      return dueSync(integration, 'failed', null);
    }
  }
}

function dueSync({ _id, provider, name }: DueIntegration, outcome: DueSync['outcome'], runId: string | null): DueSync {
  return { integrationId: _id.toHexString(), provider, name, outcome, runId };
}
