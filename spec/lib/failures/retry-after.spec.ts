import { AxiosHeaders } from 'axios';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpResponseError } from '../../../lib/errors.js';
import { parseRetryAfter, retryAfterOf } from '../../../lib/failures/retry-after.js';

const now = Date.UTC(2026, 10, 21, 7, 28, 0);

describe('parseRetryAfter', () => {
  it.each([
    ['5', 5_000],
    ['0', 0],
    ['2.0', 2_000],
    ['0.5', 500],
    ['  120 ', 120_000],
    ['3600', 3_600_000],
  ])('reads %j as seconds', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });

  it.each([
    ['the preferred form', 'Sat, 21 Nov 2026 07:28:30 GMT'],
    ['the form of RFC 850', 'Saturday, 21-Nov-26 07:28:30 GMT'],
    ["C's asctime", 'Sat Nov 21 07:28:30 2026'],
  ])('reads a date in %s', (_form, value) => {
    expect(parseRetryAfter(value, now)).toBe(30_000);
  });

  it("reads asctime's day of one digit", () => {
    expect(parseRetryAfter('Tue Dec  1 07:28:00 2026', now)).toBe(10 * 86_400_000);
  });

  it('reads dates as UTC, wherever the process runs', () => {
    const zone = process.env.TZ;
    process.env.TZ = 'America/Caracas';
    try {
      expect(parseRetryAfter('Sat Nov 21 07:28:30 2026', now)).toBe(30_000);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it('takes a two-digit year more than 50 years ahead for one of the past century', () => {
    expect(parseRetryAfter('Thursday, 01-Jan-77 00:00:00 GMT', now)).toBe(0);
    expect(parseRetryAfter('Wednesday, 01-Jan-76 00:00:00 GMT', now)).toBe(Date.UTC(2076, 0, 1) - now);
  });

  it('is 0 for a date in the past', () => {
    expect(parseRetryAfter('Wed, 21 Oct 2015 07:28:00 GMT', now)).toBe(0);
  });

  it.each([
    '',
    'soon',
    '-5',
    '+5',
    '1e3',
    '5s',
    '.5',
    'Infinity',
    'NaN',
    '2026-11-21T07:28:30Z',
    'Sat, 21 Foo 2026 07:28:30 GMT',
    'Sat, 21 Nov 2026 07:28:30 CET',
  ])('is null for %j', (value) => {
    expect(parseRetryAfter(value, now)).toBeNull();
  });

  it('gives back the delay of every instant that a date can name', () => {
    const seconds = fc.integer({ min: -86_400 * 365 * 20, max: 86_400 * 365 * 49 });
    fc.assert(
      fc.property(seconds, (ahead) => {
        const instant = new Date(now + ahead * 1000);
        expect(parseRetryAfter(instant.toUTCString(), now)).toBe(Math.max(0, ahead * 1000));
      }),
    );
  });

  it('never gives a number that cannot be waited for, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const delay = parseRetryAfter(value, now);
        expect(delay === null || delay >= 0).toBe(true);
      }),
    );
  });
});

describe('retryAfterOf', () => {
  const failed = (facts: object): Error => Object.assign(new Error('failed'), facts);

  it.each([
    ['a plain object', { 'retry-after': '7' }],
    ['another spelling', { 'Retry-After': '7' }],
    ['a number', { 'retry-after': 7 }],
    ['a list', { 'retry-after': ['7', '9'] }],
    ['a Headers object', new Headers({ 'Retry-After': '7' })],
    ["axios' headers", new AxiosHeaders({ 'Retry-After': '7' })],
  ])('finds the header in %s', (_form, headers) => {
    expect(retryAfterOf(failed({ response: { headers } }), now)).toBe(7_000);
    expect(retryAfterOf(failed({ headers }), now)).toBe(7_000);
  });

  it('finds it in our own error of a URL call, and inside of wrapped errors', () => {
    const error = new HttpResponseError('failed', { statusCode: 429, headers: { 'retry-after': '7' }, body: null });
    expect(retryAfterOf(new Error('sdk', { cause: new Error('client', { cause: error }) }), now)).toBe(7_000);
  });

  it('passes over a header that says nothing', () => {
    const inner = failed({ headers: { 'retry-after': '7' } });
    expect(retryAfterOf(failed({ headers: { 'retry-after': 'soon' }, cause: inner }), now)).toBe(7_000);
  });

  it.each([
    ['without headers', failed({})],
    ['with other headers', failed({ headers: { 'content-type': 'text/plain' } })],
    ['that is none', 'thrown'],
  ])('is null for an error %s', (_what, error) => {
    expect(retryAfterOf(error, now)).toBeNull();
  });
});
