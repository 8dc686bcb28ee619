import type { AnyProvider } from '../../../providers/contracts.js';
import type { IntegrationFields } from '../../../schemas/integration.js';
import { opinionOf } from '../../failures/opinion-of.js';
import { isCronExpression, isTimeZone, type CronSchedule } from './cron.js';

/** When an integration is to be synced. */
export type SyncSchedule =
  ({ readonly kind: 'cron' } & CronSchedule) | { readonly kind: 'minutes'; readonly minutes: number };

/** What an integration says itself. */
export type OwnSchedule = Pick<IntegrationFields, 'syncCron' | 'syncTimeZone' | 'syncIntervalMinutes'>;

/** What a provider says where the integration does not. */
export type DefaultSchedule = Pick<AnyProvider, 'defaultSyncCron' | 'defaultSyncInterval'>;

/**
 * The schedule of an integration: its own cron expression, its own minutes, the provider's expression, the provider's
 * minutes, whichever is there first. Null: it is never synced by itself, also where what is there makes no sense.
 */
export function scheduleOf(own: OwnSchedule, provider: DefaultSchedule): SyncSchedule | null {
  // Missing in documents of earlier releases.
  if (typeof own.syncCron === 'string') return cronSchedule(own.syncCron, own.syncTimeZone);
  if (typeof own.syncIntervalMinutes === 'number') return minutesSchedule(own.syncIntervalMinutes);
  return defaultSchedule(provider);
}

/** The schedule of the provider's integrations that have none of their own. */
export function defaultSchedule(provider: DefaultSchedule): SyncSchedule | null {
  const cron = opinionOf(() => provider.defaultSyncCron?.());
  return cron === null ? minutesSchedule(opinionOf(() => provider.defaultSyncInterval?.())) : cronSchedule(cron, null);
}

function cronSchedule(expression: string, timeZone: string | null | undefined): SyncSchedule | null {
  const zone = timeZone ?? 'UTC';
  return isCronExpression(expression) && isTimeZone(zone) ? { kind: 'cron', expression, timeZone: zone } : null;
}

function minutesSchedule(minutes: number | null): SyncSchedule | null {
  return minutes !== null && Number.isFinite(minutes) && minutes > 0 ? { kind: 'minutes', minutes } : null;
}
