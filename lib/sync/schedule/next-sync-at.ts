import type { HealthStatus, IntegrationFields } from '../../../schemas/integration.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import { minuteMs } from '../../time-units.js';
import { nextOccurrences, type CronSchedule } from './cron.js';
import { scheduleOf, type DefaultSchedule, type OwnSchedule } from './schedule-of.js';

/** What decides when the next sync is due. */
export interface NextSyncFacts {
  readonly integration: OwnSchedule & Pick<IntegrationFields, 'consecutiveSyncFailures' | 'healthStatus'>;
  readonly provider: DefaultSchedule;
  readonly settings: Pick<SyncSettings, 'jitter'>;
  /** By the clock of the database. */
  readonly now: Date;
  /** From 0 to below 1; default: `Math.random`. */
  readonly random?: () => number;
}

const longestFactor = 16;
const healthFactors: Readonly<Record<HealthStatus, number>> = { healthy: 1, degraded: 2, failing: 10, disabled: 1 };
const longestJitterMs = 10 * minuteMs;
/** Who asks for a time of day means that time. */
const longestCronJitterMs = 30_000;
/** The last instant that a `Date` can hold. */
const endOfTime = 8.64e15;

/**
 * When an integration is due next, seen from `now`: always later than that. Null: never by itself.
 *
 * From the second failed sync in a row on, each doubles the interval, up to 16 times; a degraded integration waits
 * twice, a failing one ten times as long. Of the two, the longer wait applies. With a cron expression a factor of n
 * means every nth occurrence.
 */
export function nextSyncAt({ integration, provider, settings, now, random = Math.random }: NextSyncFacts): Date | null {
  const schedule = scheduleOf(integration, provider);
  if (schedule === null || integration.healthStatus === 'disabled') return null;
  const factor = backoffFactor(integration);
  if (schedule.kind === 'cron') return nextByCron(schedule, { now, factor, random, jitter: settings.jitter });
  const intervalMs = schedule.minutes * minuteMs * factor;
  const at = now.getTime() + intervalMs + random() * Math.min(settings.jitter * intervalMs, longestJitterMs);
  return new Date(Math.min(Math.ceil(at), endOfTime));
}

/** How many times longer than usual an integration waits for its next sync. */
function backoffFactor({ consecutiveSyncFailures, healthStatus }: NextSyncFacts['integration']): number {
  // Missing in documents of earlier releases.
  const failures = consecutiveSyncFailures || 0;
  const byFailures = failures <= 1 ? 1 : Math.min(2 ** (failures - 1), longestFactor);
  return Math.max(byFailures, healthFactors[healthStatus]);
}

interface CronFacts extends Pick<SyncSettings, 'jitter'> {
  readonly now: Date;
  readonly factor: number;
  readonly random: () => number;
}

function nextByCron(schedule: CronSchedule, { now, factor, random, jitter }: CronFacts): Date {
  const [next, following] = nextOccurrences(schedule, now);
  const gapMs = following.getTime() - next.getTime();
  const skipped = new Date(now.getTime() + (factor - 1) * gapMs);
  const [at] = factor === 1 ? [next] : nextOccurrences(schedule, skipped);
  return new Date(at.getTime() + Math.floor(random() * Math.min(jitter * gapMs, longestCronJitterMs)));
}
