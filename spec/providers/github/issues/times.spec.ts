import { describe, expect, it } from 'vitest';
import { formatTime, listedSince, parseTime } from '../../../../providers/github/issues/times.js';

describe('the time from which issues are listed', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T11:00:00Z'],
    ['2026-01-31T12:00:00+00:00', '2026-01-31T11:00:00Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T09:00:00Z'],
    ['2026-01-01T00:30:00.500Z', '2025-12-31T23:30:00Z'],
  ])('is an hour before the cursor: %s', (cursor, since) => {
    expect(listedSince(cursor)).toBe(since);
  });

  it('is none where there is no cursor: everything is listed', () => {
    expect([listedSince(null), listedSince(undefined)]).toEqual([null, null]);
  });

  it.each([
    ['a number', 1_769_860_800],
    ['a date', new Date()],
    ['an object', { since: '2026-01-31T12:00:00Z' }],
    ['no time', 'yesterday'],
    ['no text', ''],
    ['a day', '2026-01-31'],
    ['a time without a zone', '2026-01-31T12:00:00'],
    ['a time that does not exist', '2026-13-31T12:00:00Z'],
  ])('is refused where the cursor is %s', (_what, cursor) => {
    expect(() => listedSince(cursor)).toThrow(expect.objectContaining({ code: 'SYNC_CURSOR_INVALID' }));
  });
});

it('writes times as GitHub does, and reads them', () => {
  expect(formatTime(Date.UTC(2026, 0, 31, 12) + 999)).toBe('2026-01-31T12:00:00Z');
  expect(parseTime('2026-01-31T12:00:00Z')).toBe(Date.UTC(2026, 0, 31, 12));
  expect([undefined, null, 5, 'soon'].map(parseTime)).toEqual([null, null, null, null]);
});
