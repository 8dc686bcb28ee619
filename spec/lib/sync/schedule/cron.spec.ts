import { describe, expect, it } from 'vitest';
import { isCronExpression, isTimeZone, nextOccurrences, occurrenceAfter } from '../../../../lib/sync/schedule/cron.js';

describe('a cron expression', () => {
  it.each([
    '*/5 * * * *',
    '0 3 * * *',
    '30 0 3 * * *',
    '0 9 * * mon-fri',
    '0 0 29 2 *',
    '0 0 L * *',
    ' 0 3 * * * ',
    '0 0 * * THU',
  ])('may be %s', (expression) => {
    expect(isCronExpression(expression)).toBe(true);
  });

  it.each([
    ['too few fields', '* *'],
    ['nothing', ''],
    ['too many fields', '0 0 3 * * * 2026'],
    ['a minute that no hour has', '60 * * * *'],
    ['a day that no February has', '0 0 30 2 *'],
    ['a step of nothing', '*/0 * * * *'],
    ['a name', '@daily'],
    ['what the parser would pick at random', 'H 3 * * *'],
    ['what it would pick in a list', '1,H 3 * * *'],
    ['a very long one', `${'1,'.repeat(200)}1 * * * *`],
    ['a number', 5],
    ['nothing at all', null],
  ])('cannot be %s', (_what, expression) => {
    expect(isCronExpression(expression)).toBe(false);
  });
});

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])('may be %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['Europe/Nowhere', '+05:30', 'local', 'system', '', 7])('cannot be %s', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

const at = (text: string) => new Date(text);
const next = (expression: string, after: string, timeZone = 'UTC') =>
  nextOccurrences({ expression, timeZone }, at(after)).map((date) => date.toISOString());

describe('the next occurrences', () => {
  it('come after the instant, not at it', () => {
    expect(next('0 3 * * *', '2026-11-21T03:00:00.000Z')).toEqual([
      '2026-11-22T03:00:00.000Z',
      '2026-11-23T03:00:00.000Z',
    ]);
    expect(next('0 3 * * *', '2026-11-21T02:59:59.999Z')[0]).toBe('2026-11-21T03:00:00.000Z');
  });

  it('are in the time zone', () => {
    expect(next('0 3 * * *', '2026-07-01T00:00:00Z', 'Europe/Berlin')[0]).toBe('2026-07-01T01:00:00.000Z');
    expect(next('0 3 * * *', '2026-12-01T00:00:00Z', 'Europe/Berlin')[0]).toBe('2026-12-01T02:00:00.000Z');
  });

  it('come an hour later where daylight saving skips them', () => {
    expect(next('30 2 * * *', '2026-03-29T00:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  it('come once where daylight saving repeats them', () => {
    expect(next('30 2 * * *', '2026-10-25T00:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });
});

describe('the nth occurrence', () => {
  it('counts those that there are, not the time between them', () => {
    const weekdays = { expression: '0 9 * * mon-fri', timeZone: 'UTC' };
    // A Friday, after nine.
    expect(occurrenceAfter(weekdays, at('2026-11-20T10:00:00Z'), 2)).toEqual(at('2026-11-24T09:00:00Z'));
  });
});
