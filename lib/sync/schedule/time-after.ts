import { minuteMs } from '../../time-units.js';
import { occurrenceAfter } from './cron.js';
import type { SyncSchedule } from './schedule-of.js';

/** When a schedule has come round so many times since an instant. */
export function timeAfter(schedule: SyncSchedule, since: Date, times: number): Date {
  if (schedule.kind === 'cron') return occurrenceAfter(schedule, since, Math.ceil(times));
  return new Date(since.getTime() + times * schedule.minutes * minuteMs);
}
