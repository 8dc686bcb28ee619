import { describe, expect, it } from 'vitest';
import { scheduleOf, type DefaultSchedule, type OwnSchedule } from '../../../../lib/sync/schedule/schedule-of.js';

const none: OwnSchedule = { syncCron: null, syncTimeZone: null, syncIntervalMinutes: null };
const everyHour: DefaultSchedule = { defaultSyncInterval: () => 60 };
const atThree: DefaultSchedule = { ...everyHour, defaultSyncCron: () => '0 3 * * *' };
const minutes = (count: number) => ({ kind: 'minutes', minutes: count });
const cron = (expression: string, timeZone = 'UTC') => ({ kind: 'cron', expression, timeZone });

describe('the schedule of an integration', () => {
  it.each([
    ['the minutes of the provider', none, everyHour, minutes(60)],
    ['the cron expression of the provider before its minutes', none, atThree, cron('0 3 * * *')],
    ['its own minutes before all of the provider', { ...none, syncIntervalMinutes: 5 }, atThree, minutes(5)],
    [
      'its own cron expression before its own minutes',
      { syncCron: '0 4 * * *', syncTimeZone: 'Asia/Tokyo', syncIntervalMinutes: 5 },
      atThree,
      cron('0 4 * * *', 'Asia/Tokyo'),
    ],
    [
      'its own time zone for its own expression alone',
      { ...none, syncTimeZone: 'Asia/Tokyo' },
      atThree,
      cron('0 3 * * *'),
    ],
    ['that of the provider, where the fields are missing', {} as OwnSchedule, everyHour, minutes(60)],
  ])('is %s', (_what, own, provider, expected) => {
    expect(scheduleOf(own, provider)).toEqual(expected);
  });

  it.each([
    ['there is none', none, {}],
    ['the provider says zero', none, { defaultSyncInterval: () => 0 }],
    ['the provider says nonsense', none, { defaultSyncInterval: () => Number.NaN }],
    [
      'the provider throws',
      none,
      {
        defaultSyncInterval: (): number => {
          throw new Error('no');
        },
      },
    ],
    ['the expression of the provider is none', none, { ...everyHour, defaultSyncCron: () => 'daily' }],
    ['its own expression is none', { ...none, syncCron: 'daily' }, everyHour],
    ['its own time zone is none', { ...none, syncCron: '0 3 * * *', syncTimeZone: 'Nowhere' }, everyHour],
    ['its own minutes are zero', { ...none, syncIntervalMinutes: 0 }, everyHour],
  ])('is nothing where %s', (_what, own, provider) => {
    expect(scheduleOf(own, provider)).toBeNull();
  });
});
