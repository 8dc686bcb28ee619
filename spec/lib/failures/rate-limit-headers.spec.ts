import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerValues } from '../../../lib/failures/header-values.js';
import { rateLimitHeaders } from '../../../lib/failures/rate-limit-headers.js';

const now = Date.UTC(2026, 10, 21, 7, 28, 0);
const epoch = (seconds: number): string => String(now / 1000 + seconds);
const at = (seconds: number): Date => new Date(now + seconds * 1000);

type Headers = Record<string, string | string[]>;

const read = (headers: Headers) => rateLimitHeaders(headerValues(headers), now);

/** What the headers say of one budget: what remains, and the seconds until there is more. */
const budget = (remaining: number, seconds?: number) => ({
  rateLimitRemaining: remaining,
  ...(seconds !== undefined && { rateLimitResetAt: at(seconds) }),
});

describe('Retry-After', () => {
  it.each([
    ['120', 120],
    ['2.0', 2],
    ['0', 0],
    [at(30).toUTCString(), 30],
    ['Saturday, 21-Nov-26 07:28:30 GMT', 30],
    ['Sat Nov 21 07:28:30 2026', 30],
    [at(-30).toUTCString(), 0],
  ])('%s is %d seconds', (value, retryAfterSeconds) => {
    expect(read({ 'retry-after': value })).toEqual({ retryAfterSeconds });
  });

  it.each(['soon', '-1', '', '9'.repeat(400)])('%s is nothing', (value) => {
    expect(read({ 'retry-after': value })).toEqual({});
  });
});

describe('RateLimit of the IETF', () => {
  it.each<[string, Headers, object]>([
    ['what remains, and when', { ratelimit: '"default";r=50;t=30' }, budget(50, 30)],
    ['a name that is no string: many servers write it like that', { ratelimit: 'default;r=50;t=30' }, budget(50, 30)],
    ['what remains alone', { ratelimit: '"default";r=50' }, budget(50)],
    [
      'the whole window, where nothing says how much of it is left',
      { ratelimit: '"default";r=0', 'ratelimit-policy': '"default";q=100;w=60' },
      budget(0, 60),
    ],
    ['nothing by the policy alone', { 'ratelimit-policy': '"default";q=100;w=60' }, {}],
    ['the budget with the least left', { ratelimit: '"hour";r=900;t=1800, "minute";r=3;t=20' }, budget(3, 20)],
    ['the later of two exhausted ones', { ratelimit: '"minute";r=0;t=20, "hour";r=0;t=1800' }, budget(0, 1800)],
    ['several lines', { ratelimit: ['"hour";r=900;t=1800', '"minute";r=3;t=20'] }, budget(3, 20)],
    ['a partition key', { ratelimit: '"default";r=1;t=2;pk=:dGVuYW50:' }, budget(1, 2)],
    [
      'calls, and no bytes',
      {
        ratelimit: '"bytes";r=0;t=100, "calls";r=5;t=10',
        'ratelimit-policy': '"bytes";q=1000;qu="content-bytes", "calls";q=10;qu="requests"',
      },
      budget(5, 10),
    ],
  ])('%s', (_what, headers, expected) => {
    expect(read(headers)).toEqual(expected);
  });

  it.each([
    '"default";r=0;t=30,',
    '"default";t=30',
    '"default";r=-1;t=30',
    '"default";r=1.5;t=30',
    '"default";r="0";t=30',
    '"a";r=5;t=5, "b";t=30',
    'limit=100, remaining=0, reset=60',
    '0',
  ])('is ignored where it is malformed: %s', (ratelimit) => {
    expect(read({ ratelimit })).toEqual({});
  });

  it('is read without its policy where that is malformed', () => {
    expect(read({ ratelimit: '"default";r=0', 'ratelimit-policy': '100;w=' })).toEqual(budget(0));
  });

  it('has no reset that lies beyond all windows', () => {
    expect(read({ ratelimit: '"default";r=0;t=99999999' })).toEqual(budget(0));
  });
});

describe("GitHub's headers", () => {
  const exhausted = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(90) };

  it('are what remains, and the reset in seconds since the epoch', () => {
    expect(read({ 'x-ratelimit-limit': '5000', ...exhausted, 'x-ratelimit-resource': 'core' })).toEqual(budget(0, 90));
    expect(read({ ...exhausted, 'x-ratelimit-remaining': '4999' })).toEqual(budget(4999, 90));
  });

  it('are nothing where they are about search or GraphQL, whose budgets do not limit other calls', () => {
    expect(read({ ...exhausted, 'x-ratelimit-resource': 'search' })).toEqual({});
  });

  it.each([
    ['milliseconds since the epoch', String(now + 90_000)],
    ['a date', at(90).toUTCString()],
  ])('of others may have a reset in %s', (_form, reset) => {
    expect(read({ ...exhausted, 'x-ratelimit-reset': reset })).toEqual(budget(0, 90));
  });

  it.each(['90', '3600', 'later', ''])('of others may have a reset that could be anything: %j', (reset) => {
    expect(read({ ...exhausted, 'x-ratelimit-reset': reset })).toEqual(budget(0));
  });

  it.each(['-1', 'none', '1e3', ''])('are nothing where what remains is no number: %j', (remaining) => {
    expect(read({ ...exhausted, 'x-ratelimit-remaining': remaining })).toEqual({});
  });
});

describe("Zendesk's headers", () => {
  it.each<[string, Headers, object]>([
    [
      'have a reset in seconds from now',
      { 'ratelimit-limit': '700', 'ratelimit-remaining': '0', 'ratelimit-reset': '41' },
      budget(0, 41),
    ],
    ['come in an older spelling, without a reset', { 'x-rate-limit-remaining': '12' }, budget(12)],
    [
      'come in both',
      { 'x-rate-limit-remaining': '0', 'ratelimit-remaining': '0', 'ratelimit-reset': '41' },
      budget(0, 41),
    ],
    [
      'are about an endpoint, too',
      {
        'ratelimit-remaining': '600',
        'ratelimit-reset': '41',
        'zendesk-ratelimit-incremental-exports': 'total=10; remaining=0; resets=33',
      },
      budget(0, 33),
    ],
    ['may be malformed', { 'zendesk-ratelimit-search': 'a lot' }, {}],
    ["have GitLab's reset since the epoch", { 'ratelimit-remaining': '0', 'ratelimit-reset': epoch(5) }, budget(0, 5)],
  ])('%s', (_what, headers, expected) => {
    expect(read(headers)).toEqual(expected);
  });
});

describe("Shopify's header", () => {
  it.each([
    ['32/40', budget(8)],
    ['40/40', budget(0, 0.5)],
    ['41/40', budget(0, 0.5)],
    ['0/80', budget(80)],
    ['40', {}],
    ['-1/40', {}],
  ])('%s', (value, expected) => {
    expect(read({ 'x-shopify-shop-api-call-limit': value })).toEqual(expected);
  });
});

describe('several headers', () => {
  it('say what each says, and of the budgets the most restrictive', () => {
    const headers = {
      'Retry-After': '7',
      'X-RateLimit-Remaining': '10',
      'X-RateLimit-Reset': epoch(100),
      RateLimit: '"default";r=2;t=30',
    };
    expect(read(headers)).toEqual({ retryAfterSeconds: 7, ...budget(2, 30) });
  });

  it('that say nothing of limits give nothing', () => {
    expect(read({ 'content-type': 'application/json' })).toEqual({});
  });

  it('never give what cannot be used, whatever they hold', () => {
    const names = ['retry-after', 'ratelimit', 'ratelimit-policy', 'ratelimit-remaining', 'ratelimit-reset'];
    const others = [
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'x-shopify-shop-api-call-limit',
      'zendesk-ratelimit-a',
    ];
    const value = fc.oneof(fc.string(), fc.stringMatching(/^\d{1,20}$/), fc.stringMatching(/^"a";[rtw]=\d{1,16}$/));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names, ...others), value), (headers) => {
        const { retryAfterSeconds = 0, rateLimitRemaining = 0, rateLimitResetAt = at(0) } = read(headers);
        expect(retryAfterSeconds).toBeGreaterThanOrEqual(0);
        expect(rateLimitRemaining).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(Number(retryAfterSeconds) + Number(rateLimitRemaining))).toBe(true);
        expect(Math.abs(Number(rateLimitResetAt) - now)).toBeLessThanOrEqual(32 * 86_400_000);
      }),
    );
  });
});
