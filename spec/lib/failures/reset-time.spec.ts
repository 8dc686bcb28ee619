import { describe, expect, it } from 'vitest';
import { resetTime } from '../../../lib/failures/reset-time.js';

const now = Date.UTC(2026, 10, 21, 7, 28, 0);
const inAMinute = new Date(now + 60_000);
const read = (text: string, isDelta = false) => resetTime(text, { now, isDelta });

describe('resetTime', () => {
  it.each([
    ['seconds since the epoch', String(inAMinute.getTime() / 1000)],
    ['seconds with a fraction', `${inAMinute.getTime() / 1000}.0`],
    ['milliseconds since the epoch', String(inAMinute.getTime())],
    ['a date of HTTP', inAMinute.toUTCString()],
    ['a date of ISO 8601', inAMinute.toISOString()],
    ['a date of ISO 8601 with an offset', '2026-11-21T08:29:00+01:00'],
  ])('understands %s, whether small numbers are seconds from now or not', (_form, text) => {
    expect(read(text)).toEqual(inAMinute);
    expect(read(text, true)).toEqual(inAMinute);
  });

  it('takes small numbers for seconds from now only where they are certain to be', () => {
    expect(read('60', true)).toEqual(inAMinute);
    expect(read('60')).toBeNull();
    expect(read('0', true)).toEqual(new Date(now));
    expect(read('0')).toBeNull();
  });

  it('may be a moment ago: clocks differ', () => {
    expect(read(String(now / 1000 - 5))).toEqual(new Date(now - 5_000));
  });

  it.each([
    '',
    'soon',
    '-60',
    '1e9',
    '2026-11-21',
    '2026-11-21T07:29:00',
    '11/21/2026 07:29:00',
    String(now / 1000 + 40 * 86_400),
    String(now / 1000 - 2 * 86_400),
    String(now * 1000),
    '99999999999999999999',
  ])('is null for %j, which may be anything, or is far away', (text) => {
    expect(read(text)).toBeNull();
    expect(read(text, true)).toBeNull();
  });
});
